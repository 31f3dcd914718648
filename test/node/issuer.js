// An OpenID provider for t/148_issuers, npm's oidc-provider: it listens on a port of
// loopback, where its keys are published and clients get access tokens for their
// credentials. Reads from standard input the names of the keys to use, an algorithm
// and a number in each, as a JSON list in each line; answers with its name.
//
// A client is a user of the database: its name is sub. What a token is signed by and
// how long it lasts is in the name of the resource that it is for:
//
//   https://files.example.org/ALGORITHM/SECONDS

const http = require('node:http');
const readline = require('node:readline');
const jose = require('jose');

const made = new Map();

// The private half of a key, made when it is first named.
async function key(name)
{
	const alg = name.split('-')[0];

	if (!made.has(name)) {
		const pair = await jose.generateKeyPair(alg, { extractable: true });

		made.set(name, { ...(await jose.exportJWK(pair.privateKey)), kid: name, alg, use: 'sig' });
	}
	return made.get(name);
}

function client(client_id)
{
	return { client_id, client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
}

(async () => {
	const { Provider } = await import('oidc-provider');
	const server = http.createServer((request, response) => provider.callback()(request, response));
	let provider;

	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	for await (const line of readline.createInterface({ input: process.stdin })) {
		const keys = await Promise.all(JSON.parse(line).map(key));

		provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
			clients: ['ann', 'bob', 'eve'].map(client),
			clientDefaults: { id_token_signed_response_alg: keys[0].alg },
			enabledJWA: { idTokenSigningAlgValues: [...new Set(keys.map((k) => k.alg))] },
			extraTokenClaims: (context, token) => ({ groups: ['everybody', `${token.clientId}s`] }),
			features: {
				clientCredentials: { enabled: true },
				devInteractions: { enabled: false },
				resourceIndicators: {
					enabled: true,
					getResourceServerInfo: (context, resource) => {
						const [, , , alg, seconds] = resource.split('/');

						return {
							audience: 'files', scope: '', accessTokenFormat: 'jwt', accessTokenTTL: Number(seconds),
							jwt: { sign: { alg } },
						};
					},
				},
			},
			jwks: { keys },
		});
		console.log(JSON.stringify({ issuer: provider.issuer }));
	}
	server.close();
	server.closeAllConnections();
})();
