/** The columns of an `Account`, of `people p`. */
export const accountColumns = `p.id, p.email, p.name, p.role, p.locale, p.must_change_password,
  (EXISTS (SELECT FROM second_factors f2 WHERE f2.person_id = p.id AND f2.confirmed_at IS NOT NULL)
    OR (p.passkey_after_password AND EXISTS (SELECT FROM passkeys k2 WHERE k2.person_id = p.id))) AS two_factor`;

/** Whether `people p` is shut out. Never NULL, whichever way it is asked: a ban without an end has no date. */
export const banned = '(p.banned AND coalesce(p.ban_expires > now(), true))';
