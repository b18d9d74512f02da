import type { en } from './en.ts';

export const fr: Record<keyof typeof en, string> = {
  'guide.greeting':
    'Bonjour. Je suis le guide intégré de Causerie. Aucun modèle de langage n’est encore configuré sur ce serveur, je ne sais donc que peu de choses : demandez-moi la météo d’une ville, ce qu’est Causerie, comment configurer un modèle, ou comment on fait quelque chose ici, par exemple « Comment inviter quelqu’un ? »',
  'guide.thanks': 'Avec plaisir.',
  'guide.bye': 'Au revoir. Cette conversation reste dans votre historique.',
  'guide.about':
    '**Causerie** est un serveur que l’on héberge soi-même pour converser avec des agents IA. Il parle le protocole ChatKit, si bien que le paquet React officiel fonctionne tel quel.\n\nJe suis son guide intégré : un ensemble de règles, pas un modèle de langage. Je réponds parce qu’aucun modèle n’est encore configuré sur ce serveur.',
  'guide.model':
    'L’administrateur choisit un modèle par des variables d’environnement (ou dans le fichier `.env`), puis redémarre le serveur :\n\n```sh\nOPENAI_API_KEY=sk-…\nCHATKIT_AGENT_MODEL=openai/gpt-5\n```\n\n- Ollama sur la même machine, sans clé : `CHATKIT_AGENT_MODEL=ollama/llama3.2` ; ailleurs aussi `OLLAMA_URL=http://…:11434/v1`.\n- Tout serveur qui parle l’API d’OpenAI, comme vLLM : `OPENAI_BASE_URL=http://…/v1` et le nom de son modèle.\n- Autres fournisseurs : `anthropic/…`, `google/…` ou `mistral/…` comme nom de modèle, avec `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY` ou `MISTRAL_API_KEY`.\n- `CHATKIT_AGENT_INSTRUCTIONS` dit à l’assistant quel est son rôle.',
  'guide.abilities':
    'Sans modèle de langage, je peux :\n\n- donner la **météo** d’une ville : « Quel temps fait-il à Lyon ? », puis « et à Rome ? »\n- expliquer ce qu’est **Causerie** et comment **configurer un modèle**\n- dire où vos **données** sont conservées, et **comment on fait les choses ici** : « Comment changer mon mot de passe ? »\n\nLe reste marche comme avec tout assistant : les réponses arrivent au fil de l’eau et peuvent être arrêtées, les conversations restent dans votre historique, et un rechargement reprend là où on en était.',
  'guide.privacy':
    'Vos conversations sont conservées dans la base de données de ce serveur et nulle part ailleurs ; il n’y a pas de télémétrie. Rien de ce que vous m’écrivez ne quitte le serveur. Deux exceptions, si l’on s’en sert : une question sur la météo envoie le nom de la ville à Open-Meteo, et un modèle de langage, une fois configuré, reçoit la conversation.',
  'guide.weather': 'Pour quelle ville voulez-vous la météo ?',
  'guide.noModel':
    'Je ne peux pas répondre à cela : aucun modèle de langage n’est configuré sur ce serveur, et je n’en suis que le guide intégré. L’administrateur peut en configurer un, par exemple avec `OPENAI_API_KEY` et `CHATKIT_AGENT_MODEL` ; demandez-moi « Comment configurer un modèle ? » pour les détails. Ce que je peux faire, c’est donner la météo d’une ville.',
  'userGuide.invite':
    'Un administrateur ouvre **Administration** dans le menu sous son nom, puis **Personnes**, et invite quelqu’un par son adresse e-mail : le lien crée le compte de cette personne. Les invitations en cours figurent sous **Invitations**, où l’on peut les retirer. Si l’inscription est ouverte, chacun peut aussi créer son compte depuis la page de connexion.',
  'userGuide.password':
    'Ouvrez le menu sous votre nom, **Compte**, puis **Mot de passe**. Un nouveau mot de passe met fin à toutes vos autres sessions.',
  'userGuide.forgotten':
    'Demandez à un administrateur un lien de réinitialisation : il sert une fois et permet de choisir un nouveau mot de passe. Les administrateurs le créent sous **Administration**, **Personnes**.',
  'userGuide.delete-conversation':
    'Ouvrez l’**historique** avec le bouton en haut à gauche, puis le menu de la discussion, et choisissez **Supprimer**. Ses fichiers disparaissent avec elle, définitivement.',
  'userGuide.rename-conversation':
    'Ouvrez l’**historique** avec le bouton en haut à gauche, puis le menu de la discussion, et choisissez **Renommer**.',
  'userGuide.history':
    'Le bouton **historique** en haut à gauche montre vos discussions, la dernière utilisée d’abord. Sa recherche porte sur ce qui a été dit, et pas seulement sur les titres.',
  'userGuide.new-conversation':
    '**Nouvelle discussion**, en haut à droite, en commence une autre. Celle que vous quittez reste dans l’historique.',
  'userGuide.files':
    'Si le serveur accepte des fichiers, choisissez **Joindre des fichiers** sous le plus à côté du message, ou déposez-les sur la page : images, PDF et textes, en règle générale jusqu’à 10 Mo chacun et quatre par message. C’est un modèle de langage qui les lit ; je n’en suis pas un.',
  'userGuide.dictation':
    '**Dicter**, le micro à côté du message, écrit ce que vous dites, si le serveur a un modèle qui le peut. Votre navigateur demande d’abord l’accès au micro.',
  'userGuide.answers':
    '**Arrêter**, à la place d’Envoyer, met fin à une réponse ; ce qui est écrit reste. Sous une réponse, on peut la copier, dire si elle était bonne, et la faire réécrire avec **Réessayer**.',
  'userGuide.writing': '**Entrée** envoie le message ; **Maj+Entrée** passe à la ligne.',
  'userGuide.export-conversation':
    'Le menu **Plus**, en haut à droite, enregistre la discussion en Markdown ou l’imprime.',
  'userGuide.two-factor':
    'Sous votre nom, **Compte**, **Connexion à deux facteurs** : un code d’une application de votre téléphone après le mot de passe. Gardez les codes de secours en lieu sûr ; chacun permet d’entrer une fois sans le téléphone. Sans l’un ni l’autre, un administrateur peut retirer le second facteur.',
  'userGuide.passkey':
    'Sous votre nom, **Compte**, **Clés d’accès** : **Ajouter une clé d’accès**, puis, la fois suivante, choisissez **Se connecter avec une clé d’accès**. Votre appareil demande votre empreinte, votre visage ou son code. Il faut l’adresse https de ce serveur. Retirez les clés des appareils que vous n’avez plus.',
  'userGuide.provider':
    'Si l’administrateur a configuré des fournisseurs, la page de connexion affiche **Continuer avec …** pour chacun. Un compte que vous avez déjà ici se relie sous votre nom, **Compte**, **Comptes ailleurs** ; vous pouvez aussi l’y délier. Il reste toujours un moyen de se connecter.',
  'userGuide.api-key':
    'Sous votre nom, **Compte**, **Clés d’API**, **Nouvelle clé d’API** : donnez-lui un nom, ce qu’elle permet et sa durée. La clé n’est affichée qu’une fois, et votre programme l’envoie sous la forme `Authorization: Bearer …`. Retirez une clé qui ne sert plus. La clé d’un modèle de langage est autre chose : demandez-moi « Comment brancher un modèle ? »',
  'userGuide.sessions':
    'Sous votre nom, **Compte**, **Où vous êtes connecté** : chaque appareil y figure et peut être déconnecté. Fermez ce que vous ne reconnaissez pas, puis changez votre mot de passe, ce qui déconnecte tous les autres appareils.',
  'userGuide.delete-account':
    'Sous votre nom, **Compte**, **Supprimer mon compte** : compte, discussions et fichiers disparaissent aussitôt et définitivement.',
  'userGuide.own-data':
    'Sous votre nom, **Compte**, **Vos données** : tout ce que le serveur sait de vous, en un fichier JSON.',
  'userGuide.profile':
    'Votre nom et la langue des pages (anglais, français, espagnol) se changent sous votre nom, **Compte**, **Profil**. Clair ou sombre suit votre appareil ; le bouton en haut le change.',
  'userGuide.people':
    'Un administrateur ouvre **Administration**, **Personnes** : là, on nomme quelqu’un administrateur ou simple utilisateur, on le désactive, on le déconnecte partout ou on le supprime. Le dernier administrateur le reste.',
  'userGuide.sign-up':
    'Sur la page de connexion, choisissez **En créer un** et donnez le nom que les autres verront, votre e-mail et un mot de passe d’au moins huit caractères ; un serveur tout neuf montre ce formulaire de lui-même. Si le serveur ne prend pas de nouveaux comptes, demandez une invitation à son administrateur : le lien reçu crée votre compte.',
  'userGuide.away':
    'Rechargez la page, fermez l’ordinateur ou passez au téléphone : la réponse continue sur le serveur. Revenez à la discussion, elle y est, encore en train de s’écrire si elle n’est pas finie.',
  'userGuide.drafts':
    'Ce que vous écrivez reste avec sa discussion. Cela survit à un rechargement, à un détour par une autre page et à une session terminée, tant que l’onglet est ouvert. Se déconnecter l’efface.',
  'userGuide.connection':
    'Sans connexion, la page le dit. Ce que vous envoyez attend alors, et part quand la connexion revient. Si le serveur lui-même s’est arrêté au milieu d’une réponse, son texte est conservé et **Réessayer** en demande une nouvelle.',
  'userGuide.audit': 'Sous **Administration**, le **Journal d’audit** dit qui a fait quoi à qui, et quand.',
  'weather.now': 'À **{place}**, il fait actuellement **{temperature} °C**{sky}{wind}.',
  'weather.sky': ', {description}',
  'weather.wind': ', avec un vent de {speed} km/h',
  'weather.seen': ' Relevé à {time}, heure locale{zone}.',
  'weather.later': ' Je ne vois que le temps présent, pas les prévisions.',
  'weather.unknown': 'Je ne connais pas de ville appelée « {city} ». Vérifiez l’orthographe ou ajoutez le pays.',
  'weather.failed':
    'Je n’ai pas pu obtenir la météo de {city} : le service météo n’a pas répondu. Réessayez dans un instant.',
  'weather.title': 'Météo à {city}',
};
