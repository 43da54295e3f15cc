-- A sign-in that a web application began: used once, by the browser that began it.
create table web_state (
  -- SHA-256 of the state and of the browser's cookie.
  hash bytea primary key,
  browser bytea not null,
  -- The client's name.
  client text not null,
  redirect text not null,
  -- S256; null for an old client that gets the token itself.
  challenge text,
  expires_at bigint not null
);

-- What a one-time code is redeemed for, sealed under that code.
create table web_code (
  hash bytea primary key,
  client text not null,
  origin text not null,
  challenge text not null,
  sealed bytea not null,
  expires_at bigint not null
);
