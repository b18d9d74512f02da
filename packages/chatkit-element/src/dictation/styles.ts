/** What only recording needs. */
export const recordingStyles = /* css */ `
.recording{display:flex;align-items:center;gap:6px;flex:none;border-radius:var(--ck-radius-control);background:var(--ck-danger-soft);color:var(--ck-text)}
.recording .icon-button{color:inherit}
.recording-dot{inline-size:8px;block-size:8px;border-radius:50%;background:var(--ck-danger);forced-color-adjust:none}
.recording-time{min-inline-size:4ch;font-size:var(--ck-text-s);font-variant-numeric:tabular-nums}
.recording-level{display:flex;align-items:center;gap:2px;block-size:20px}
.recording-level i{inline-size:2px;block-size:max(2px,calc(var(--level,0)*20px));border-radius:var(--ck-radius-full);background:currentColor;forced-color-adjust:none}
@container chat (inline-size < 480px){.recording-level i:nth-child(n+9){display:none}}
`;
