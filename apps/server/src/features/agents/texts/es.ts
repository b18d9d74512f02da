import type { en } from './en.ts';

export const es: Record<keyof typeof en, string> = {
  'failure.auth': 'El modelo rechazó la clave de este servidor. Avise al administrador.',
  'failure.auth.administrator':
    'El modelo rechazó la clave de este servidor. Cámbiela, reinicie el servidor e inténtelo de nuevo.',
  'failure.context': 'La conversación es demasiado larga para el modelo. Empiece otra o envíe un mensaje más corto.',
  'failure.cut': 'El modelo se interrumpió antes de terminar. Lo que dijo se conserva; puede intentarlo de nuevo.',
  'failure.empty': 'El modelo no respondió nada. Inténtelo de nuevo o pregunte de otra manera.',
  'failure.filtered': 'El filtro de contenido del modelo detuvo su respuesta. Pregunte de otra manera.',
  'failure.garbage': 'No se pudo leer la respuesta del modelo. Puede intentarlo de nuevo.',
  'failure.not_configured': 'No hay ningún modelo configurado para este asistente. Avise al administrador.',
  'failure.not_configured.administrator':
    'No hay ningún modelo configurado para este asistente. Configure lo que falta, reinicie el servidor e inténtelo de nuevo.',
  'failure.quota': 'El crédito del servidor con el modelo se ha agotado. Avise al administrador.',
  'failure.quota.administrator':
    'El crédito del servidor con el modelo se ha agotado. Recárguelo en el proveedor e inténtelo de nuevo.',
  'failure.rate_limit': 'El modelo recibe demasiadas peticiones en este momento. Inténtelo de nuevo dentro de un rato.',
  'failure.refused': 'El modelo no aceptó la petición. Avise al administrador si vuelve a ocurrir.',
  'failure.refused.administrator': 'El modelo no aceptó la petición. El registro del servidor contiene lo que dijo.',
  'failure.server': 'El modelo tiene un problema. Su mensaje se conserva; inténtelo de nuevo en breve.',
  'failure.timeout': 'El modelo tardó demasiado. Lo que dijo se conserva; puede intentarlo de nuevo.',
  'failure.turns':
    'El asistente dio demasiados pasos sin llegar a una respuesta. Inténtelo de nuevo o pregunte de otra manera.',
  'failure.unknown_model': 'No se encuentra el modelo configurado para este asistente. Avise al administrador.',
  'failure.unknown_model.administrator':
    'El servidor de modelos no conoce este modelo, o tiene otra dirección. Configure CHATKIT_AGENT_MODEL o la URL base, reinicie el servidor e inténtelo de nuevo.',
  'failure.unreachable': 'No se puede contactar con el modelo. Su mensaje se conserva; inténtelo de nuevo en breve.',
  'failure.unreachable.administrator':
    'No se puede contactar con el modelo. Compruebe su dirección en los ajustes y que algo responde allí; después inténtelo de nuevo.',
  'cut.length': 'Esta respuesta se cortó: el modelo llegó a su límite de longitud.',
  'cut.filter': 'El filtro de contenido del modelo detuvo esta respuesta antes del final.',
  'cut.continue': 'Continuar',
};
