"""What the service says to the outside when nobody asked just now: mails, and when it wants to be woken."""
