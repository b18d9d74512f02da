import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Question, StructuredInput } from '../protocol.ts';
import { useSession, useT } from './session-context.ts';

type Answer = { chosen: string[]; other: string; skipped: boolean };

/** The assistant's questions, one at a time, in the composer's place. Free words are always an answer too. */
export function Questions({ item }: { item: StructuredInput }): VNode {
  const session = useSession();
  const t = useT();
  const questions = Array.isArray(item.inputs) ? item.inputs : [];
  const [at, setAt] = useState(0);
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const box = useRef<HTMLFormElement>(null);
  const moved = useRef(false);
  useLayoutEffect(() => {
    // The first question must not take the focus from what is being read; the next ones keep it.
    if (moved.current) box.current?.querySelector<HTMLElement>('input, textarea')?.focus();
    moved.current = true;
  }, [at]);
  const question = questions[at];
  const answer = (question && answers[question.id]) ?? { chosen: [], other: '', skipped: false };
  const given = answer.chosen.length > 0 || answer.other.trim() !== '';

  const finish = (all: Record<string, Answer>) => {
    const sent: Record<string, { values: string[]; skipped?: boolean }> = {};
    for (const { id } of questions) {
      const { chosen = [], other = '', skipped = true } = all[id] ?? {};
      const values = [...chosen, ...(other.trim() ? [other.trim()] : [])];
      sent[id] = skipped || !values.length ? { values: [], skipped: true } : { values, skipped: false };
    }
    session.answerQuestions(item.id, { status: 'answered', answers: sent });
  };
  const advance = (skipped: boolean) => {
    if (!question) return;
    const all = { ...answers, [question.id]: { ...answer, skipped } };
    setAnswers(all);
    if (at + 1 < questions.length) setAt(at + 1);
    else finish(all);
  };
  const skipAll = () => session.answerQuestions(item.id, { status: 'skipped', answers: {} });
  const set = (change: Partial<Answer>) => setAnswers({ ...answers, [question!.id]: { ...answer, ...change } });

  return (
    <form
      ref={box}
      class="questions"
      part="questions"
      onSubmit={(event) => {
        event.preventDefault();
        if (given) advance(false);
      }}
    >
      {question ? <Fields question={question} answer={answer} set={set} /> : null}
      <div class="questions-bar">
        {questions.length > 1 && <span class="muted">{t('ask.progress', { n: at + 1, total: questions.length })}</span>}
        <span class="grow" />
        {at > 0 && (
          <button type="button" class="text-button" onClick={() => setAt(at - 1)}>
            {t('ask.back')}
          </button>
        )}
        {questions.length > 1 && (
          <button type="button" class="text-button" onClick={skipAll}>
            {t('ask.skip.all')}
          </button>
        )}
        <button
          type="button"
          class="text-button"
          onClick={(event) => {
            // The second click of a double click would answer the next question unread.
            if (event.detail < 2) questions.length > 1 ? advance(true) : skipAll();
          }}
        >
          {t('ask.skip')}
        </button>
        <button type="submit" class="primary" disabled={!given}>
          {t(at + 1 < questions.length ? 'ask.next' : 'ask.send')}
        </button>
      </div>
    </form>
  );
}

function Fields({
  question,
  answer,
  set,
}: {
  question: Question;
  answer: Answer;
  set(change: Partial<Answer>): void;
}): VNode {
  const t = useT();
  const options = Array.isArray(question.options) ? question.options : [];
  const choice = question.type === 'multiple_choice' && options.length > 0;
  const several = question.multiple === true;
  return (
    <fieldset>
      <legend dir="auto">{question.question}</legend>
      {question.description && (
        <p class="muted" dir="auto">
          {question.description}
        </p>
      )}
      {choice && (
        <div class="choices">
          {options.map((option) => {
            const on = answer.chosen.includes(option.value);
            return (
              <label key={option.value} class={on ? 'choice on' : 'choice'}>
                <input
                  type={several ? 'checkbox' : 'radio'}
                  name={question.id}
                  checked={on}
                  onChange={() => {
                    if (!several) return set({ chosen: [option.value], other: '' });
                    set({
                      chosen: on
                        ? answer.chosen.filter((value) => value !== option.value)
                        : [...answer.chosen, option.value],
                    });
                  }}
                />
                <span dir="auto">
                  {option.label ?? option.value}
                  {option.description && <small>{option.description}</small>}
                </span>
              </label>
            );
          })}
        </div>
      )}
      <input
        type="text"
        class="field"
        dir="auto"
        aria-label={choice ? t('ask.other') : question.question}
        placeholder={t(choice ? 'ask.other' : 'ask.answer')}
        value={answer.other}
        onInput={(event) => set({ other: event.currentTarget.value, ...(!several && { chosen: [] }) })}
      />
    </fieldset>
  );
}
