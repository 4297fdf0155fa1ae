using System;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// Encrypts data that must never be on a disk in plain text. Several threads may call it at once. Encrypted data carries the version of its format: version 2
/// also authenticates the settings, version 1 (of 0.1.0) only the connection.
/// </summary>
internal interface ISecretProtector
{
    /// <summary>Encrypts in version 2.</summary>
    /// <param name="binding">The settings that the secrets were entered for; they cannot be decrypted for other settings.</param>
    /// <param name="clear">The plain text.</param>
    byte[] Protect(SecretBinding binding, byte[] clear);

    /// <summary>
    /// Decrypts version 2. Throws <see cref="System.Security.Cryptography.CryptographicException"/> for version 1, and for data that was encrypted elsewhere or
    /// for other settings, or was altered.
    /// </summary>
    /// <param name="binding">The settings that the secrets will be used for.</param>
    /// <param name="encrypted">The result of <see cref="Protect"/>.</param>
    byte[] Unprotect(SecretBinding binding, byte[] encrypted);

    /// <summary>Whether the data has version 1.</summary>
    /// <param name="encrypted">The stored data.</param>
    bool IsVersion1(byte[] encrypted);

    /// <summary>Decrypts version 1, only for the upgrade. Throws <see cref="System.Security.Cryptography.CryptographicException"/>.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="encrypted">The stored data.</param>
    byte[] UnprotectVersion1(Guid connectionId, byte[] encrypted);

    /// <summary>
    /// Whether the data cannot be decrypted because this machine does not have its key. False if the key exists, and for data that names no key: then the data
    /// or the settings were altered.
    /// </summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="encrypted">The stored data.</param>
    bool IsKeyMissing(Guid connectionId, byte[] encrypted);
}
