// For now: everything is the title.
export const parseQuickAdd = (line) => ({ title: line.trim(), due: null, labels: [], priority: 0, list: null, marks: [] });
