// What t/148_issuers and t/150_jose ask of npm's jose: reads requests from standard input, a JSON
// object in each line, and answers each with one.
//
//   {"make": ALG, "kid": …, "payload": …}   a key pair or secret and a text signed with it
//   {"pair": ALG, "kid": …}                 both halves of a new key
//   {"sign": {header}, "claims": {…}, "key": JWK}
//   {"verify": TEXT, "key": JWK}            as it is
//   {"verify": TEXT, "keys": [JWK, …]}      with the key of a set that it picks
//   {"verify": TEXT, "keys": …, "jwt": {options of jwtVerify}}

const jose = require('jose');
const readline = require('node:readline');

async function make(alg, kid, payload)
{
	const secret = alg.startsWith('HS');
	const pair = secret ? null : await jose.generateKeyPair(alg, { extractable: true });
	const key = secret ? await jose.generateSecret(alg, { extractable: true }) : pair.privateKey;

	return {
		jwk: { ...(await jose.exportJWK(secret ? key : pair.publicKey)), kid, alg, use: 'sig' },
		jws: await new jose.CompactSign(Buffer.from(payload)).setProtectedHeader({ alg, kid }).sign(key),
	};
}

async function pair(alg, kid)
{
	const made = await jose.generateKeyPair(alg, { extractable: true });
	const names = { kid, alg, use: 'sig' };

	return {
		private: { ...(await jose.exportJWK(made.privateKey)), ...names },
		public: { ...(await jose.exportJWK(made.publicKey)), ...names },
	};
}

async function sign(header, claims, jwk)
{
	const key = await jose.importJWK(jwk, header.alg);

	return {
		jws: await new jose.CompactSign(Buffer.from(JSON.stringify(claims, null, 1))).setProtectedHeader(header).sign(key),
	};
}

async function verify(request)
{
	const key = request.keys ? jose.createLocalJWKSet({ keys: request.keys }) : await jose.importJWK(request.key, request.alg);

	if (request.jwt)
		return { claims: (await jose.jwtVerify(request.verify, key, request.jwt)).payload };
	return { payload: Buffer.from((await jose.compactVerify(request.verify, key)).payload).toString() };
}

async function answer(request)
{
	try {
		if (request.make)
			return await make(request.make, request.kid, request.payload);
		if (request.pair)
			return await pair(request.pair, request.kid);
		if (request.sign)
			return await sign(request.sign, request.claims, request.key);
		return await verify(request);
	} catch (error) {
		return { error: error.code ?? String(error) };
	}
}

(async () => {
	for await (const line of readline.createInterface({ input: process.stdin }))
		console.log(JSON.stringify(await answer(JSON.parse(line))));
})();
