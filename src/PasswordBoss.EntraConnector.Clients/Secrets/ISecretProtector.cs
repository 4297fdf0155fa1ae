using System;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>Encrypts what must never lie on a disk in the clear. May be called by several threads at once.</summary>
internal interface ISecretProtector
{
    /// <summary>Encrypts.</summary>
    /// <param name="connectionId">The connection; what is encrypted for one cannot be decrypted as another's.</param>
    /// <param name="clear">What to encrypt.</param>
    byte[] Protect(Guid connectionId, byte[] clear);

    /// <summary>Decrypts. Throws <see cref="System.Security.Cryptography.CryptographicException"/> for what was encrypted elsewhere, or altered.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="encrypted">What <see cref="Protect"/> returned.</param>
    byte[] Unprotect(Guid connectionId, byte[] encrypted);
}
