import { useState } from 'preact/hooks';
import { useToken } from '../state/fleet-listen.ts';
import { clipped } from '../words/format.ts';
import { Section } from './section.tsx';

/** Asks for a token, which is kept in this page alone. */
export const TokenForm = ({ why }: { readonly why: string }) => {
  const [token, setToken] = useState('');
  return (
    <Section id="token" title="Who looks?">
      <p role="alert">{clipped(why, 500)}</p>
      <form
        class="token"
        onSubmit={(event) => {
          event.preventDefault();
          useToken(token.trim());
        }}
      >
        <label>
          <span>Token</span>
          <input
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={token.trim() === ''}>
          Look
        </button>
      </form>
      <p class="more">
        It needs the verb get on l4balancers, in all namespaces or in some. Make one, for an hour, with
        kubectl create token NAME, where NAME is a ServiceAccount with that right. This page forgets it when
        it is closed or loaded again.
      </p>
    </Section>
  );
};
