/** The words that the view itself speaks, in English, by the keys it asks its host for. */
export const markdownWords = {
  'code.block': 'Code',
  'code.copy': 'Copy',
  'code.copied': 'Copied',
  'code.copyFailed': 'Not copied',
  'diagram.label': 'Diagram',
  'diagram.source': 'Source of the diagram',
  'math.region': 'Formula',
  'table.region': 'Table',
  'task.done': 'Done',
  'task.open': 'Not done',
} as const;
