import type { StructuredInputItem, StructuredInputQuestion } from '../protocol/items.ts';
import type { StructuredSubmission } from '../protocol/requests.ts';

/**
 * Returns the item with a person's answers. A question without an answer counts as skipped. Answers to unknown questions
 * are dropped. A single choice keeps its first value. A value need not be one of the options: clients let people write
 * their own.
 */
export function applySubmission(item: StructuredInputItem, submission: StructuredSubmission): StructuredInputItem {
  return { ...item, status: submission.status, inputs: item.inputs.map((question) => answer(question, submission)) };
}

function answer(question: StructuredInputQuestion, submission: StructuredSubmission): StructuredInputQuestion {
  const given = Object.hasOwn(submission.answers, question.id) ? submission.answers[question.id] : undefined;
  if (submission.status === 'skipped' || !given || given.skipped || given.values.length === 0) {
    return { ...question, answer: { values: [], skipped: true } };
  }
  const single = question.type === 'multiple_choice' && !question.multiple;
  return { ...question, answer: { values: single ? given.values.slice(0, 1) : given.values, skipped: false } };
}
