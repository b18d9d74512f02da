import { AppError } from '../../errors.ts';
import { OutboundError, type OutboundFailure } from '../outbound/index.ts';
import { EmptyAnswerError } from './empty-answer.ts';
import { ModelApiError, sayReason } from './wire/provider-error.ts';

/** What kinds of failure a person can be told apart. */
export type FailureKind =
  | 'auth'
  | 'context'
  | 'cut'
  | 'empty'
  | 'filtered'
  | 'garbage'
  | 'not_configured'
  | 'quota'
  | 'rate_limit'
  | 'refused'
  | 'server'
  | 'timeout'
  | 'turns'
  | 'unknown_model'
  | 'unreachable';

/** A failed answer in terms that may be shown and logged. */
export type ModelFailure = {
  kind: FailureKind;
  /** Whether the same question may well be answered when asked again: soon, or once a setting is mended. */
  retryable: boolean;
  /** A sentence for the person: what happened and what to do; nothing of the inside. */
  message: string;
  /**
   * For the log, and for an administrator: the provider's status, code and own words, without keys or texts of the
   * conversation.
   */
  detail: string;
};

type Language = 'en' | 'fr' | 'es';

type Sentences = Record<Language, string>;

/** `administrator`: for the one whom the others are to tell. */
const sentences: Record<FailureKind, { retryable: boolean; administrator?: Sentences } & Sentences> = {
  auth: {
    retryable: true,
    en: 'The model refused this server’s key. Please tell the administrator.',
    fr: 'Le modèle a refusé la clé de ce serveur. Merci de prévenir l’administrateur.',
    es: 'El modelo rechazó la clave de este servidor. Avise al administrador.',
    administrator: {
      en: 'The model refused this server’s key. Set another, restart the server, and try again.',
      fr: 'Le modèle a refusé la clé de ce serveur. Changez-la, redémarrez le serveur, puis réessayez.',
      es: 'El modelo rechazó la clave de este servidor. Cámbiela, reinicie el servidor e inténtelo de nuevo.',
    },
  },
  context: {
    retryable: false,
    en: 'The conversation is too long for the model. Start a new one, or send a shorter message.',
    fr: 'La conversation est trop longue pour le modèle. Commencez-en une autre ou envoyez un message plus court.',
    es: 'La conversación es demasiado larga para el modelo. Empiece otra o envíe un mensaje más corto.',
  },
  cut: {
    retryable: true,
    en: 'The model broke off before the end of its answer. What it said is kept; you can try again.',
    fr: 'Le modèle s’est interrompu avant la fin de sa réponse. Ce qu’il a dit est conservé ; vous pouvez réessayer.',
    es: 'El modelo se interrumpió antes de terminar. Lo que dijo se conserva; puede intentarlo de nuevo.',
  },
  empty: {
    retryable: true,
    en: 'The model gave no answer. Try again, or put the question another way.',
    fr: 'Le modèle n’a rien répondu. Réessayez ou reformulez la question.',
    es: 'El modelo no respondió nada. Inténtelo de nuevo o pregunte de otra manera.',
  },
  filtered: {
    retryable: true,
    en: 'The model’s content filter stopped its answer. Put the question another way.',
    fr: 'Le filtre de contenu du modèle a arrêté sa réponse. Reformulez la question.',
    es: 'El filtro de contenido del modelo detuvo su respuesta. Pregunte de otra manera.',
  },
  garbage: {
    retryable: true,
    en: 'The model’s answer could not be read. You can try again.',
    fr: 'La réponse du modèle n’a pas pu être lue. Vous pouvez réessayer.',
    es: 'No se pudo leer la respuesta del modelo. Puede intentarlo de nuevo.',
  },
  not_configured: {
    retryable: true,
    en: 'No model is set up for this assistant. Please tell the administrator.',
    fr: 'Aucun modèle n’est configuré pour cet assistant. Merci de prévenir l’administrateur.',
    es: 'No hay ningún modelo configurado para este asistente. Avise al administrador.',
    administrator: {
      en: 'No model is set up for this assistant. Set what is missing, restart the server, and try again.',
      fr: 'Aucun modèle n’est configuré pour cet assistant. Réglez ce qui manque, redémarrez le serveur, puis réessayez.',
      es: 'No hay ningún modelo configurado para este asistente. Configure lo que falta, reinicie el servidor e inténtelo de nuevo.',
    },
  },
  quota: {
    retryable: true,
    en: 'The server’s credit with the model is used up. Please tell the administrator.',
    fr: 'Le crédit du serveur auprès du modèle est épuisé. Merci de prévenir l’administrateur.',
    es: 'El crédito del servidor con el modelo se ha agotado. Avise al administrador.',
    administrator: {
      en: 'The server’s credit with the model is used up. Add to it at the provider, and try again.',
      fr: 'Le crédit du serveur auprès du modèle est épuisé. Rechargez-le chez le fournisseur, puis réessayez.',
      es: 'El crédito del servidor con el modelo se ha agotado. Recárguelo en el proveedor e inténtelo de nuevo.',
    },
  },
  rate_limit: {
    retryable: true,
    en: 'The model has too many requests at the moment. Try again in a little while.',
    fr: 'Le modèle reçoit trop de demandes en ce moment. Réessayez dans un instant.',
    es: 'El modelo recibe demasiadas peticiones en este momento. Inténtelo de nuevo dentro de un rato.',
  },
  refused: {
    retryable: false,
    en: 'The model did not accept the request. Please tell the administrator if this goes on.',
    fr: 'Le modèle n’a pas accepté la demande. Merci de prévenir l’administrateur si cela persiste.',
    es: 'El modelo no aceptó la petición. Avise al administrador si vuelve a ocurrir.',
    administrator: {
      en: 'The model did not accept the request. The server’s log has what it said.',
      fr: 'Le modèle n’a pas accepté la demande. Le journal du serveur contient ce qu’il a dit.',
      es: 'El modelo no aceptó la petición. El registro del servidor contiene lo que dijo.',
    },
  },
  server: {
    retryable: true,
    en: 'The model has a problem of its own. Your message is kept; try again shortly.',
    fr: 'Le modèle rencontre un problème. Votre message est conservé ; réessayez dans un instant.',
    es: 'El modelo tiene un problema. Su mensaje se conserva; inténtelo de nuevo en breve.',
  },
  timeout: {
    retryable: true,
    en: 'The model took too long. What it said so far is kept; you can try again.',
    fr: 'Le modèle a mis trop de temps. Ce qu’il a dit est conservé ; vous pouvez réessayer.',
    es: 'El modelo tardó demasiado. Lo que dijo se conserva; puede intentarlo de nuevo.',
  },
  turns: {
    retryable: true,
    en: 'The assistant took too many steps without reaching an answer. Try again, or put the question another way.',
    fr: 'L’assistant a fait trop d’étapes sans aboutir. Réessayez ou reformulez la question.',
    es: 'El asistente dio demasiados pasos sin llegar a una respuesta. Inténtelo de nuevo o pregunte de otra manera.',
  },
  unknown_model: {
    retryable: true,
    en: 'The model that is set for this assistant cannot be found. Please tell the administrator.',
    fr: 'Le modèle réglé pour cet assistant est introuvable. Merci de prévenir l’administrateur.',
    es: 'No se encuentra el modelo configurado para este asistente. Avise al administrador.',
    administrator: {
      en: 'The model server does not know this model, or has another address. Set CHATKIT_AGENT_MODEL or the base URL, restart the server, and try again.',
      fr: 'Le serveur de modèles ne connaît pas ce modèle, ou a une autre adresse. Réglez CHATKIT_AGENT_MODEL ou l’URL de base, redémarrez le serveur, puis réessayez.',
      es: 'El servidor de modelos no conoce este modelo, o tiene otra dirección. Configure CHATKIT_AGENT_MODEL o la URL base, reinicie el servidor e inténtelo de nuevo.',
    },
  },
  unreachable: {
    retryable: true,
    en: 'The model cannot be reached. Your message is kept; try again shortly.',
    fr: 'Le modèle est injoignable. Votre message est conservé ; réessayez dans un instant.',
    es: 'No se puede contactar con el modelo. Su mensaje se conserva; inténtelo de nuevo en breve.',
    administrator: {
      en: 'The model cannot be reached. Check its address in the settings, and that something answers there; then try again.',
      fr: 'Le modèle est injoignable. Vérifiez son adresse dans les réglages, et que quelque chose y répond, puis réessayez.',
      es: 'No se puede contactar con el modelo. Compruebe su dirección en los ajustes y que algo responde allí; después inténtelo de nuevo.',
    },
  },
};

/**
 * What a person may be told of an error that came out of an agent's run, in their language; an administrator is told
 * what to set instead of whom to ask. Undefined for an error that is none of the model's: a bug of ours, or the database.
 */
export function modelFailure(
  error: unknown,
  language: Language = 'en',
  administrator = false,
): ModelFailure | undefined {
  const found = classify(error);
  if (found === undefined) return undefined;
  const said = sentences[found.kind];
  const { [language]: message } = (administrator && said.administrator) || said;
  return { kind: found.kind, retryable: said.retryable, message, detail: found.detail };
}

type Found = {
  kind: FailureKind;
  detail: string;
};

const connectionKinds: Record<OutboundFailure, FailureKind> = {
  timeout: 'timeout',
  cut: 'cut',
  garbage: 'garbage',
  too_large: 'garbage',
  redirected: 'garbage',
  unreachable: 'unreachable',
  forbidden: 'unreachable',
};

// The clients of the providers throw different classes, which are loaded lazily and hence known here by shape: OpenAI's
// APIError and our ModelApiError have `status`, `code`; the AI SDK's APICallError, where it is none of a server's words, has
// `statusCode`, `data`.
function classify(thrown: unknown): Found | undefined {
  const error = thrown instanceof Error ? thrown : readPlain(thrown);
  if (error === undefined) return undefined;
  const chain: Error[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 6; at = at.cause) chain.push(at);
  // What our own fetch saw is the truth, however a client has wrapped it: the AI SDK calls a stream that falls silent a
  // reply with status 200 that could not be processed.
  const connection = chain.find((at) => at instanceof OutboundError);
  if (connection) return { kind: connectionKinds[connection.kind], detail: connection.message };
  for (const at of chain) {
    if (at instanceof AppError) return at.code === 'not_configured' ? { kind: at.code, detail: at.message } : undefined;
    if (at instanceof EmptyAnswerError)
      return { kind: at.ending === 'filter' ? 'filtered' : 'empty', detail: at.message };
    const status = numberIn(at, 'status') ?? numberIn(at, 'statusCode');
    const code = codeOf(at);
    const reason = reasonOf(at);
    const detail = [status === undefined ? '' : `status ${status}`, code].filter(Boolean).join(' ');
    const told = { detail: [detail, sayReason(reason)].filter(Boolean).join(': ') };
    if (status !== undefined) return { kind: kindOf(status, code, reason), ...told };
    const kind = kindOfCode(code, reason);
    if (kind) return { kind, ...told };
    if (reason !== '') return { kind: 'server', ...told };
  }
  const detail = error.constructor.name;
  switch (error.constructor.name) {
    case 'MaxTurnsExceededError':
      return { kind: 'turns', detail };
    case 'ModelTimeoutError':
    case 'APIConnectionTimeoutError':
      return { kind: 'timeout', detail };
    case 'APIConnectionError':
      return { kind: 'unreachable', detail };
    case 'ModelRefusalError':
      return { kind: 'refused', detail };
    case 'APIError':
    case 'ModelApiError':
      return { kind: 'server', detail };
    case 'SyntaxError':
    case 'JSONParseError':
    case 'TypeValidationError':
    case 'InvalidResponseDataError':
    case 'EmptyResponseBodyError':
      return { kind: 'garbage', detail };
    case 'ModelBehaviorError':
      return {
        kind: /final response|incomplete/.test(error.message)
          ? 'cut'
          : /unsuccessful terminal/.test(error.message)
            ? 'server'
            : 'garbage',
        detail: `${detail}: ${error.message.slice(0, 200)}`,
      };
    default:
      return undefined;
  }
}

/** The AI SDK throws what a provider's stream said went wrong as it is: a string or a plain object. */
function readPlain(thrown: unknown): ModelApiError | undefined {
  if (typeof thrown === 'string') return new ModelApiError(undefined, thrown);
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  return new ModelApiError(numberIn(thrown, 'statusCode'), thrown);
}

/** The provider's own words: where a client has kept them. Errors of the Agents SDK and of ours have none. */
function reasonOf(error: Error): string {
  const { reason, status, statusCode } = error as Error & Record<string, unknown>;
  if (typeof reason === 'string') return reason;
  return status === undefined && statusCode === undefined ? '' : error.message;
}

function kindOf(status: number, code: string, reason: string): FailureKind {
  const byCode = kindOfCode(code, reason);
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'quota';
  if (status === 429) return byCode === 'quota' ? 'quota' : 'rate_limit';
  if (status === 413) return 'context';
  if (status === 408 || status === 504) return 'timeout';
  if (status >= 500) return 'server';
  // A reply that was fine on the wire and unreadable behind it.
  if (status >= 200 && status < 300) return 'garbage';
  if (byCode === 'context') return 'context';
  return status === 404 || byCode === 'unknown_model' ? 'unknown_model' : 'refused';
}

function kindOfCode(code: string, message: string): FailureKind | undefined {
  if (/context_length|context_window|too_long/.test(code)) return 'context';
  if (/context (length|window|size)|prompt is too long|too many tokens|maximum context/i.test(message))
    return 'context';
  if (/insufficient_quota|billing/.test(code)) return 'quota';
  if (/invalid_api_key|authentication_error|permission_error/.test(code)) return 'auth';
  if (/^(model_not_found|invalid_model)$/.test(code)) return 'unknown_model';
  if (/rate_limit/.test(code)) return 'rate_limit';
  if (/overloaded|server_error|api_error|internal/.test(code)) return 'server';
  // What was sent is at fault (`invalid_prompt`, `invalid_image`, `invalid_request_error`): again would be the same.
  if (/^invalid_|_policy$/.test(code)) return 'refused';
  return undefined;
}

function numberIn(object: object, key: string): number | undefined {
  const value = (object as Record<string, unknown>)[key];
  return typeof value === 'number' ? value : undefined;
}

/** The provider's own code for an error, wherever its client keeps it. */
function codeOf(error: object): string {
  const { code, type, data, error: inner } = error as Record<string, unknown>;
  for (const value of [code, type]) if (typeof value === 'string' && /^[a-z0-9_]+$/.test(value)) return value;
  for (const value of [inner, data]) {
    if (typeof value === 'object' && value !== null) {
      const found = codeOf(value);
      if (found) return found;
    }
  }
  return '';
}
