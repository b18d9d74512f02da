/** The texts that people see for an answer that failed or was cut. */
export const en = {
  'failure.auth': 'The model refused this server’s key. Please tell the administrator.',
  'failure.auth.administrator': 'The model refused this server’s key. Set another, restart the server, and try again.',
  'failure.context': 'The conversation is too long for the model. Start a new one, or send a shorter message.',
  'failure.cut': 'The model broke off before the end of its answer. What it said is kept; you can try again.',
  'failure.empty': 'The model gave no answer. Try again, or put the question another way.',
  'failure.filtered': 'The model’s content filter stopped its answer. Put the question another way.',
  'failure.garbage': 'The model’s answer could not be read. You can try again.',
  'failure.not_configured': 'No model is set up for this assistant. Please tell the administrator.',
  'failure.not_configured.administrator':
    'No model is set up for this assistant. Set what is missing, restart the server, and try again.',
  'failure.quota': 'The server’s credit with the model is used up. Please tell the administrator.',
  'failure.quota.administrator':
    'The server’s credit with the model is used up. Add to it at the provider, and try again.',
  'failure.rate_limit': 'The model has too many requests at the moment. Try again in a little while.',
  'failure.refused': 'The model did not accept the request. Please tell the administrator if this goes on.',
  'failure.refused.administrator': 'The model did not accept the request. The server’s log has what it said.',
  'failure.server': 'The model has a problem of its own. Your message is kept; try again shortly.',
  'failure.timeout': 'The model took too long. What it said so far is kept; you can try again.',
  'failure.turns':
    'The assistant took too many steps without reaching an answer. Try again, or put the question another way.',
  'failure.unknown_model': 'The model that is set for this assistant cannot be found. Please tell the administrator.',
  'failure.unknown_model.administrator':
    'The model server does not know this model, or has another address. Set CHATKIT_AGENT_MODEL or the base URL, restart the server, and try again.',
  'failure.unreachable': 'The model cannot be reached. Your message is kept; try again shortly.',
  'failure.unreachable.administrator':
    'The model cannot be reached. Check its address in the settings, and that something answers there; then try again.',
  'cut.length': 'This answer was cut: the model reached its limit of length.',
  'cut.filter': 'This answer was stopped before its end by the model’s content filter.',
  'cut.continue': 'Continue',
};
