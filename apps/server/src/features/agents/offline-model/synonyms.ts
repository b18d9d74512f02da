import type { Language } from '../../../platform/i18n/index.ts';

/**
 * Words that mean much the same where one asks about this program, folded; a star stands for any ending. The guide uses one
 * of a line, people another.
 */
const lines: Record<Language, string[]> = {
  en: [
    'chat* conversation* thread* dialog* transcript* discussion* exchange*',
    'delet* remov* rid eras* wip* discard* trash* clear* throw* dispos* undelet*',
    'leav* quit* cancel* unsubscrib* membership* terminat* clos*',
    'renam* heading* title* label* headline* caption*',
    'find* search* look* seek* scroll* retriev* locat* browse*',
    'earlier previous* past last ago yesterday* week* month* old older',
    'start* begin* new fresh blank empty scratch another',
    'file* pdf* image* picture* photo photos photograph* document* attachment* spreadsheet* screenshot* scan* csv docx',
    'upload* attach* drop* share* add show',
    'speak* spoken talk* voice* dictat* microphone* mic oral* aloud listen* hear*',
    'stop* halt* interrupt* abort* pause* cut short* shut',
    'answer* repl* respon*',
    'again retry* regenerat* redo* rewrit*',
    'sav* export* download* backup*',
    'print* paper*',
    'device* browser* computer* laptop* tablet* desktop* pc',
    'sign* log logg* login* logout* session*',
    'connection* network* internet wifi offline online',
    'user* boss* manager* person people friend* colleague* coworker* member* team* sister* brother* wife husband* mother* father* family partner*',
    'invit* join* access',
    'regist* signup enrol* subscri*',
    'copy copi* clipboard*',
    'forg* locked mistyp* lost lose* losing remember* wrong incorrect*',
    'protect* secur* safe* strong* weak*',
    'language* english french spanish german translat*',
    'colour* color* dark* light* bright* theme* night*',
    'reload* refresh*',
    'draft* unsent survive* half unfinished',
    'admin* right* role* permission* privilege*',
  ],
  fr: [
    'chat* conversation* fil fils dialogue* discussion* echange*',
    'supprim* suppression debarrass* vider* effac* enlev* jet* retir* elimin*',
    'quitt* partir resili* ferm* desinscri* desabonn*',
    'renomm* titre* intitul* rebaptis* nommer',
    'cherch* recherch* retrouv* revoir relire parcour* consult*',
    'hier semaine* mois derni* ancien* precedent* passe passee passees',
    'commenc* recommenc* nouveau* nouvel* vierge* vide* repart* zero demarr*',
    'fichier* pdf* image* photo photos photograph* document* piece* tableau* tableur* capture* scan* csv',
    'joindre depos* televers* montrer partag* ajout*',
    'parl* voix dict* micro* oral* ecout* vocal*',
    'arret* interromp* stop* pause* couper court*',
    'repon*',
    'encore reessa* refaire reecri* regener*',
    'enregistr* export* telecharg* sauvegard*',
    'imprim* papier*',
    'appareil* navigateur* ordinateur* portable* tablette* pc',
    'connecte* deconnect* session*',
    'connexion* reseau* internet wifi ligne coupure* coupe',
    'utilisateur* chef* personne personnes ami amie* amis collegue* equipe* membre* soeur* frere* femme mari mere pere famille*',
    'invit* rejoindre acces',
    'inscri* enregistrer',
    'copi* presse papiers',
    'oubli* bloque perd* faux incorrect* souvien*',
    'proteg* secur* solide* faible*',
    'langue* anglais* francais* espagnol* allemand*',
    'couleur* sombre* clair* lumin* theme* nuit*',
    'recharg* rafraich* actualis*',
    'brouillon* survi* moitie inacheve*',
    'administr* droit* role* permission*',
    'apprend* sait savez savoir donnee* garde gardez information*',
  ],
  es: [
    'chat* conversacion* hilo* dialogo* charla*',
    'elimin* borr* limpi* vaciar quit* tir* suprim* desech*',
    'irse irme baja cancel* cerrar* cierr* abandon* suscripcion',
    'renombr* titul* rebautiz*',
    'busc* encontr* localiz* volver revis* ver',
    'ayer semana* mes meses pasad* antigu* anterior* viej* ultim*',
    'empez* empiez* empie* comenz* comienz* nuev* vaci* cero principio',
    'archivo* pdf* imagen* foto* documento* hoja* captura* csv escane*',
    'adjunt* ensenar subir sube subo solt* compart* anad*',
    'habl* voz dict* microfono* oral* escuch*',
    'deten* detien* acort* cort* parar pare interrump* paus*',
    'respuest* contest* responde*',
    'intent* repit* repet* reescrib* regener*',
    'guard* export* descarg* copia',
    'imprim* papel*',
    'dispositiv* navegador* ordenador* portatil* tablet* computador* pc',
    'sesion* conectad* desconect* iniciad*',
    'conexion* red internet wifi corte',
    'usuari* jefe* persona personas amig* companer* colega* equipo* miembro* herman* mujer marido madre padre familia*',
    'invit* unir* acceso* acced*',
    'registr* inscri*',
    'copi* portapapeles',
    'olvid* bloquead* perd* pierd* incorrect* recuerd*',
    'proteg* segur* fuerte* debil*',
    'idioma* ingles* frances* espanol* aleman*',
    'color* oscur* claro* brill* tema* noche*',
    'recarg* actualiz* refresc*',
    'borrador borradores sobreviv* medio inacabad*',
    'administr* derecho* rol* permiso*',
  ],
};

type Line = {
  name: string;
  whole: Set<string>;
  beginnings: string[];
};

const known = Object.fromEntries(
  Object.entries(lines).map(([language, each]) => [
    language,
    each.map((line, number): Line => {
      const words = line.split(' ');
      const whole = new Set(words.filter((word) => !word.endsWith('*')));
      const beginnings = words.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1));
      return { name: `=${number}`, whole, beginnings };
    }),
  ]),
) as Record<Language, Line[]>;

/** One name for all words of a line; undefined for a word that stands in none. */
export const meaningOf = (word: string, language: Language): string | undefined =>
  known[language].find(({ whole, beginnings }) => whole.has(word) || beginnings.some((each) => word.startsWith(each)))
    ?.name;
