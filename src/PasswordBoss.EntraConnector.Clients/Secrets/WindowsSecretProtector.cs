using System;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// DPAPI (https://learn.microsoft.com/dotnet/standard/security/how-to-use-data-protection). What the machine's store holds can be decrypted by every
/// administrator and by SYSTEM, of 32 and of 64 bits, and the access list keeps others from it; what a user's store holds by that user alone.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSecretProtector : ISecretProtector
{
    private const byte Format = 1;
    private const int EntropySize = 32;
    private const int HeaderSize = 2 + EntropySize;

    private readonly DataProtectionScope scope;

    /// <summary>Creates the protector.</summary>
    /// <param name="isMachineWide">Whether all administrators share the secrets.</param>
    public WindowsSecretProtector(bool isMachineWide) => scope = isMachineWide ? DataProtectionScope.LocalMachine : DataProtectionScope.CurrentUser;

    /// <inheritdoc/>
    public byte[] Protect(Guid connectionId, byte[] clear)
    {
        // Format, scope, the random part of the entropy, what DPAPI returns.
        var header = new byte[HeaderSize];
        using (var random = RandomNumberGenerator.Create())
            random.GetBytes(header);
        header[0] = Format;
        header[1] = (byte)scope;
        var encrypted = ProtectedData.Protect(clear, Entropy(connectionId, header), scope);
        var result = new byte[HeaderSize + encrypted.Length];
        header.CopyTo(result, 0);
        encrypted.CopyTo(result, HeaderSize);
        return result;
    }

    /// <inheritdoc/>
    public byte[] Unprotect(Guid connectionId, byte[] encrypted)
    {
        if (encrypted.Length <= HeaderSize || encrypted[0] != Format)
            throw new CryptographicException();
        var rest = new byte[encrypted.Length - HeaderSize];
        Array.Copy(encrypted, HeaderSize, rest, 0, rest.Length);
        return ProtectedData.Unprotect(rest, Entropy(connectionId, encrypted), (DataProtectionScope)encrypted[1]);
    }

    private static byte[] Entropy(Guid connectionId, byte[] header)
    {
        var entropy = new byte[EntropySize + 16];
        Array.Copy(header, 2, entropy, 0, EntropySize);
        connectionId.ToByteArray().CopyTo(entropy, EntropySize);
        return entropy;
    }
}
