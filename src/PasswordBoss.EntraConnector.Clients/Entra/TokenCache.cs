using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using Azure.Core;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>
/// The access tokens of this process, in memory only, until shortly before they expire: the next run of a connection needs no sign-in. Azure.Identity keeps
/// tokens too, but each of its credentials has a cache of its own.
/// </summary>
internal sealed class TokenCache
{
    private readonly ConcurrentDictionary<Key, IssuedToken> tokens = new();

    /// <summary>Finds a token that is still valid for a while; null if there is none.</summary>
    /// <param name="key">What it was issued for.</param>
    /// <param name="now">The time, UTC.</param>
    public IssuedToken? Find(Key key, DateTimeOffset now) => tokens.TryGetValue(key, out var token) && now < token.RenewAt ? token : null;

    /// <summary>Keeps a token in place of an earlier one, and removes those that have expired.</summary>
    /// <param name="key">What it was issued for.</param>
    /// <param name="token">The token.</param>
    /// <param name="now">The time, UTC.</param>
    public void Keep(Key key, IssuedToken token, DateTimeOffset now)
    {
        tokens[key] = token;
        foreach (var other in tokens)
        {
            if (other.Value.RenewAt <= now)
                Remove(other);
        }
    }

    /// <summary>Discards a token, unless another one has taken its place.</summary>
    /// <param name="key">What it was issued for.</param>
    /// <param name="token">The token.</param>
    public void Discard(Key key, string token)
    {
        if (tokens.TryGetValue(key, out var kept) && string.Equals(kept.Token.Token, token, StringComparison.Ordinal))
            Remove(new KeyValuePair<Key, IssuedToken>(key, kept));
    }

    private void Remove(KeyValuePair<Key, IssuedToken> entry) => ((ICollection<KeyValuePair<Key, IssuedToken>>)tokens).Remove(entry);

    /// <summary>What a token was issued for. A token is used again only for the same application, credential, tenant, scope and sign-in host.</summary>
    /// <param name="AuthorityHost">The sign-in host.</param>
    /// <param name="Tenant">The tenant.</param>
    /// <param name="Scope">The resource and the permissions.</param>
    /// <param name="Identity">The application and its credential (<see cref="ApplicationCredential.Identity"/>).</param>
    internal sealed record Key(Uri AuthorityHost, string Tenant, string Scope, string Identity);
}

/// <summary>A token, and when to get a new one.</summary>
/// <param name="Token">The token with its expiry.</param>
/// <param name="RenewAt">The time, UTC.</param>
internal sealed record IssuedToken(AccessToken Token, DateTimeOffset RenewAt)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A token that was just issued. It is renewed five minutes before it expires, or halfway through its lifetime if that is later, so that a short-lived token is
    /// not renewed for every request.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="now">The time, UTC.</param>
    public static IssuedToken At(AccessToken token, DateTimeOffset now) =>
        new(token, token.ExpiresOn - TimeSpan.FromTicks(Math.Min((token.ExpiresOn - now).Ticks / 2, LongestMargin.Ticks)));
}
