using System;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// DPAPI (https://learn.microsoft.com/dotnet/standard/security/how-to-use-data-protection). Every administrator and SYSTEM can decrypt the secrets of the
/// machine's store, from 32-bit and 64-bit processes; the access list excludes other users. Only the user can decrypt the secrets of a user's store.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSecretProtector : ISecretProtector
{
    private const byte Version1 = 1;
    private const byte Version2 = 2;
    private const int EntropySize = 32;
    private const int HeaderSize = 2 + EntropySize;
    private const int SizeSize = 4;

    private readonly DataProtectionScope scope;

    /// <summary>Creates the protector.</summary>
    /// <param name="isMachineWide">Whether all administrators share the secrets.</param>
    public WindowsSecretProtector(bool isMachineWide) => scope = isMachineWide ? DataProtectionScope.LocalMachine : DataProtectionScope.CurrentUser;

    /// <inheritdoc/>
    public byte[] Protect(SecretBinding binding, byte[] clear)
    {
        // Format: version, scope, the random part of the entropy; the size of the trial, the trial, the secrets. DPAPI authenticates the entropy with the data.
        // The trial is encrypted without the settings: if it can be decrypted, the key exists.
        var header = new byte[HeaderSize];
        using (var random = RandomNumberGenerator.Create())
            random.GetBytes(header);
        header[0] = Version2;
        header[1] = (byte)scope;
        var trial = ProtectedData.Protect(new byte[] { Version2 }, Entropy(binding.OwnerId, header), scope);
        var encrypted = ProtectedData.Protect(clear, Entropy(binding, header), scope);
        var result = new byte[HeaderSize + SizeSize + trial.Length + encrypted.Length];
        header.CopyTo(result, 0);
        for (var i = 0; i < SizeSize; i++)
            result[HeaderSize + i] = (byte)(trial.Length >> (8 * i));
        trial.CopyTo(result, HeaderSize + SizeSize);
        encrypted.CopyTo(result, HeaderSize + SizeSize + trial.Length);
        return result;
    }

    /// <inheritdoc/>
    public byte[] Unprotect(SecretBinding binding, byte[] encrypted)
    {
        var size = SizeOfTrial(encrypted) ?? throw new CryptographicException();
        var start = HeaderSize + SizeSize + size;
        return ProtectedData.Unprotect(Part(encrypted, start, encrypted.Length - start), Entropy(binding, encrypted), (DataProtectionScope)encrypted[1]);
    }

    /// <inheritdoc/>
    public bool IsVersion1(byte[] encrypted) => encrypted.Length > HeaderSize && encrypted[0] == Version1;

    /// <inheritdoc/>
    public byte[] UnprotectVersion1(Guid connectionId, byte[] encrypted) => IsVersion1(encrypted)
        ? ProtectedData.Unprotect(
            Part(encrypted, HeaderSize, encrypted.Length - HeaderSize), Entropy(connectionId, encrypted), (DataProtectionScope)encrypted[1])
        : throw new CryptographicException();

    /// <inheritdoc/>
    public bool IsKeyMissing(Guid connectionId, byte[] encrypted)
    {
        try
        {
            if (IsVersion1(encrypted))
            {
                var clear = UnprotectVersion1(connectionId, encrypted);
                Array.Clear(clear, 0, clear.Length);
            }
            else if (SizeOfTrial(encrypted) is { } size)
            {
                _ = ProtectedData.Unprotect(Part(encrypted, HeaderSize + SizeSize, size), Entropy(connectionId, encrypted), (DataProtectionScope)encrypted[1]);
            }

            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }

    // The size of the trial; null for data that does not have version 2.
    private static int? SizeOfTrial(byte[] encrypted)
    {
        if (encrypted.Length <= HeaderSize + SizeSize || encrypted[0] != Version2)
            return null;
        var size = 0L;
        for (var i = 0; i < SizeSize; i++)
            size |= (long)encrypted[HeaderSize + i] << (8 * i);
        return size > 0 && size < encrypted.Length - HeaderSize - SizeSize ? (int)size : null;
    }

    private static byte[] Part(byte[] whole, int start, int length)
    {
        var part = new byte[length];
        Array.Copy(whole, start, part, 0, length);
        return part;
    }

    private static byte[] Entropy(SecretBinding binding, byte[] header)
    {
        var connection = Entropy(binding.OwnerId, header);
        var entropy = new byte[connection.Length + binding.Digest.Length];
        connection.CopyTo(entropy, 0);
        binding.Digest.CopyTo(entropy, connection.Length);
        return entropy;
    }

    private static byte[] Entropy(Guid connectionId, byte[] header)
    {
        var entropy = new byte[EntropySize + 16];
        Array.Copy(header, 2, entropy, 0, EntropySize);
        connectionId.ToByteArray().CopyTo(entropy, EntropySize);
        return entropy;
    }
}
