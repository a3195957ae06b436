"""What schedules and the queue trigger: the same work on Lambda and in the server.

`schedule` runs what a clock asks for, `worker` what a message names; each is told its time by
`todo.database.seconds_left` and stops before it is over, to go on at the next tick.
"""
