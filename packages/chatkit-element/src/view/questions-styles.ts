/** The look of the assistant's questions, which is loaded with them. */
export const questionsStyles = /* css */ `
.questions{padding:16px;overflow-wrap:anywhere}
.questions fieldset{min-inline-size:0}
.questions legend{padding:0;font-weight:550;margin-block-end:4px}
.choices{display:flex;flex-direction:column;gap:2px;margin-block:8px;max-block-size:40cqb;overflow:auto}
.choice{display:flex;align-items:baseline;gap:10px;padding:7px 10px;border-radius:var(--ck-radius-m);cursor:pointer}
.choice:hover{background:var(--ck-bg-hover)}
.choice.on{background:var(--ck-accent-soft)}
.choice input{accent-color:var(--ck-accent);translate:0 1px}
.choice small{display:block;color:var(--ck-text-muted)}
.questions .field{margin-block-start:8px}
.questions-bar{display:flex;align-items:center;flex-wrap:wrap;gap:4px;margin-block-start:12px}
`;
