/**
 * A real OpenID provider (`oidc-provider`) as a process of its own: `node provider-process.ts <port> <redirect-uri> <users>`.
 * `users` is JSON: subject → claims. Whoever comes signs in as the subject that `?as=` of the interaction names; a browser is
 * asked by a page with a link for each.
 */
import Provider from 'oidc-provider';

const [port, redirectUri, users] = process.argv.slice(2) as [string, string, string];
const claimsOf = JSON.parse(users) as Record<string, Record<string, unknown>>;
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'causerie', client_secret: 'a secret', redirect_uris: [redirectUri] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'locale'] },
  // As most providers have it: the address is told by the userinfo endpoint alone.
  conformIdTokenClaims: true,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...claimsOf[id] }) }),
  // Nobody is asked whether Causerie may know them.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ accountId: oidc.session!.accountId!, clientId: oidc.client!.clientId });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});
provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next();
  const as = context.query.as as string | undefined;
  if (as === undefined && context.req.headers.accept?.includes('text/html')) {
    const links = Object.keys(claimsOf).map((subject) => `<a href="?as=${subject}">${subject}</a>`);
    context.type = 'html';
    context.body = `${links.join(' ')} <a href="?as=">Cancel</a>`;
    return;
  }
  const result = !as ? { error: 'access_denied' } : { login: { accountId: as } };
  await provider.interactionFinished(context.req, context.res, result);
  context.respond = false;
});
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
