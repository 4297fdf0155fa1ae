using System;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// Encrypts what must never lie on a disk in the clear. May be called by several threads at once. What is encrypted carries the version of its form: version 2
/// authenticates the settings too, version 1 (of 0.1.0) the connection alone.
/// </summary>
internal interface ISecretProtector
{
    /// <summary>Encrypts, as version 2.</summary>
    /// <param name="binding">What the secrets are entered for; they cannot be decrypted for anything else.</param>
    /// <param name="clear">What to encrypt.</param>
    byte[] Protect(SecretBinding binding, byte[] clear);

    /// <summary>
    /// Decrypts version 2. Throws <see cref="System.Security.Cryptography.CryptographicException"/> for version 1, and for what was encrypted elsewhere, for other
    /// settings, or altered.
    /// </summary>
    /// <param name="binding">What the secrets will be used for.</param>
    /// <param name="encrypted">What <see cref="Protect"/> returned.</param>
    byte[] Unprotect(SecretBinding binding, byte[] encrypted);

    /// <summary>Whether this is of version 1.</summary>
    /// <param name="encrypted">What is stored.</param>
    bool IsVersion1(byte[] encrypted);

    /// <summary>Decrypts version 1, for the upgrade alone. Throws <see cref="System.Security.Cryptography.CryptographicException"/>.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="encrypted">What is stored.</param>
    byte[] UnprotectVersion1(Guid connectionId, byte[] encrypted);

    /// <summary>
    /// Whether it cannot be decrypted because the key that it names is not here. False when the key is here, and for what names no key: then it was altered, or
    /// the settings were.
    /// </summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="encrypted">What is stored.</param>
    bool IsKeyMissing(Guid connectionId, byte[] encrypted);
}
