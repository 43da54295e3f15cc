// How FxA's tutorial on webhooks verifies a token, in our words: the keys are fetched at the start, the token is
// decoded for its `kid`, and that key is made into a PEM for jsonwebtoken, for each request.
import jwt from 'jsonwebtoken';
import jwkToPem from 'jwk-to-pem';

/** An Express middleware: the claims go into `request.claims`, whatever cannot be verified is answered 401. */
export function verifier({ keys, issuer, clientId }) {
  return (request, response, next) => {
    try {
      const token = request.headers.authorization?.split('Bearer ')[1];
      const { kid } = jwt.decode(token, { complete: true }).header;
      const key = keys.find((candidate) => candidate.kid === kid);
      if (!key) throw new Error(`There is no key ${kid}`);
      const pem = jwkToPem(key);
      request.claims = jwt.verify(token, pem, { algorithms: ['RS256'], issuer, audience: clientId });
    } catch {
      response.sendStatus(401);
      return;
    }
    next();
  };
}
