import type { en } from './en.ts';

export const fr: Record<keyof typeof en, string> = {
  'failure.auth': 'Le modèle a refusé la clé de ce serveur. Merci de prévenir l’administrateur.',
  'failure.auth.administrator':
    'Le modèle a refusé la clé de ce serveur. Changez-la, redémarrez le serveur, puis réessayez.',
  'failure.context':
    'La conversation est trop longue pour le modèle. Commencez-en une autre ou envoyez un message plus court.',
  'failure.cut':
    'Le modèle s’est interrompu avant la fin de sa réponse. Ce qu’il a dit est conservé ; vous pouvez réessayer.',
  'failure.empty': 'Le modèle n’a rien répondu. Réessayez ou reformulez la question.',
  'failure.filtered': 'Le filtre de contenu du modèle a arrêté sa réponse. Reformulez la question.',
  'failure.garbage': 'La réponse du modèle n’a pas pu être lue. Vous pouvez réessayer.',
  'failure.not_configured': 'Aucun modèle n’est configuré pour cet assistant. Merci de prévenir l’administrateur.',
  'failure.not_configured.administrator':
    'Aucun modèle n’est configuré pour cet assistant. Réglez ce qui manque, redémarrez le serveur, puis réessayez.',
  'failure.quota': 'Le crédit du serveur auprès du modèle est épuisé. Merci de prévenir l’administrateur.',
  'failure.quota.administrator':
    'Le crédit du serveur auprès du modèle est épuisé. Rechargez-le chez le fournisseur, puis réessayez.',
  'failure.rate_limit': 'Le modèle reçoit trop de demandes en ce moment. Réessayez dans un instant.',
  'failure.refused': 'Le modèle n’a pas accepté la demande. Merci de prévenir l’administrateur si cela persiste.',
  'failure.refused.administrator':
    'Le modèle n’a pas accepté la demande. Le journal du serveur contient ce qu’il a dit.',
  'failure.server': 'Le modèle rencontre un problème. Votre message est conservé ; réessayez dans un instant.',
  'failure.timeout': 'Le modèle a mis trop de temps. Ce qu’il a dit est conservé ; vous pouvez réessayer.',
  'failure.turns': 'L’assistant a fait trop d’étapes sans aboutir. Réessayez ou reformulez la question.',
  'failure.unknown_model': 'Le modèle réglé pour cet assistant est introuvable. Merci de prévenir l’administrateur.',
  'failure.unknown_model.administrator':
    'Le serveur de modèles ne connaît pas ce modèle, ou a une autre adresse. Réglez CHATKIT_AGENT_MODEL ou l’URL de base, redémarrez le serveur, puis réessayez.',
  'failure.unreachable': 'Le modèle est injoignable. Votre message est conservé ; réessayez dans un instant.',
  'failure.unreachable.administrator':
    'Le modèle est injoignable. Vérifiez son adresse dans les réglages, et que quelque chose y répond, puis réessayez.',
  'cut.length': 'Cette réponse a été coupée : le modèle a atteint sa limite de longueur.',
  'cut.filter': 'Cette réponse a été arrêtée avant la fin par le filtre de contenu du modèle.',
  'cut.continue': 'Continuer',
};
