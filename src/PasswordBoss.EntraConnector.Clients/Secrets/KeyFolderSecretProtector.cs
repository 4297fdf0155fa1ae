#if !NET472
using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// ASP.NET Core Data Protection with its key files in a folder that only their owner can enter, outside the state folder: a copy or backup of only the state
/// cannot be decrypted.
/// </summary>
internal sealed class KeyFolderSecretProtector : ISecretProtector
{
    // Keys expire only after ten years: a new one would not protect old secrets, and a run may not be able to write to the key folder.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(3650);

    private const byte Version2 = 2;

    // Data Protection's output starts with these bytes, followed by the id of the key:
    // https://learn.microsoft.com/aspnet/core/security/data-protection/implementation/authenticated-encryption-details
    private static readonly byte[] Magic = { 0x09, 0xF0, 0xC9, 0xF0 };
    private const int KeyIdSize = 16;

    private readonly StateLocation location;
    private readonly object gate = new();
    private IDataProtectionProvider? provider;

    /// <summary>Creates the protector; nothing is read or created.</summary>
    /// <param name="location">The location of the keys.</param>
    public KeyFolderSecretProtector(StateLocation location) => this.location = location;

    /// <inheritdoc/>
    public byte[] Protect(SecretBinding binding, byte[] clear)
    {
        RequirePrivateKeys();
        PrivateFolder.Prepare(location.KeyFolder, location.IsMachineWide);
        lock (gate)
        {
            try
            {
                var encrypted = For(binding, provider ??= OpenKeys()).Protect(clear);
                foreach (var key in KeyFiles())
                    PrivateFile.RestrictToOwner(key);
                var result = new byte[encrypted.Length + 1];
                result[0] = Version2;
                encrypted.CopyTo(result, 1);
                return result;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ConnectorException(UnusablePath.Folder(location.KeyFolder, exception));
            }
        }
    }

    /// <inheritdoc/>
    public byte[] Unprotect(SecretBinding binding, byte[] encrypted) => encrypted.Length > 1 && encrypted[0] == Version2
        ? Unprotect(keys => For(binding, keys), encrypted.AsSpan(1).ToArray())
        : throw new CryptographicException();

    /// <inheritdoc/>
    public bool IsVersion1(byte[] encrypted) => encrypted.AsSpan().StartsWith(Magic);

    /// <inheritdoc/>
    public byte[] UnprotectVersion1(Guid connectionId, byte[] encrypted) => Unprotect(keys => For(connectionId, keys), encrypted);

    /// <inheritdoc/>
    public bool IsKeyMissing(Guid connectionId, byte[] encrypted)
    {
        var named = encrypted.AsSpan();
        if (named.Length > 0 && named[0] == Version2)
            named = named.Slice(1);
        if (named.Length < Magic.Length + KeyIdSize || !named.StartsWith(Magic))
            return false;
        var id = new Guid(named.Slice(Magic.Length, KeyIdSize)).ToString("D");
        try
        {
            // Search the content of the files too: a restored key may have another file name.
            return !Directory.Exists(location.KeyFolder)
                || !KeyFiles().Any(file => file.Contains(id, StringComparison.OrdinalIgnoreCase) || File.ReadAllText(file).Contains(id, StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private byte[] Unprotect(Func<IDataProtectionProvider, IDataProtector> protector, byte[] encrypted)
    {
        RequirePrivateKeys();
        lock (gate)
        {
            // Data Protection would create a new key here, which could not decrypt the data.
            if (!Directory.Exists(location.KeyFolder) || KeyFiles().Length == 0)
                throw new CryptographicException();
            try
            {
                return protector(provider ??= OpenKeys()).Unprotect(encrypted);
            }
            catch (CryptographicException)
            {
                // Another process may have created the key after this one read the key files.
                provider = OpenKeys();
                return protector(provider).Unprotect(encrypted);
            }
        }
    }

    private static IDataProtector For(Guid connectionId, IDataProtectionProvider provider) =>
        provider.CreateProtector("ConnectionSecrets", connectionId.ToString("D"));

    // Data Protection authenticates the purposes of a protector together with the encrypted data.
    private static IDataProtector For(SecretBinding binding, IDataProtectionProvider provider) =>
        For(binding.OwnerId, provider).CreateProtector("Settings2", Convert.ToBase64String(binding.Digest));

    private void RequirePrivateKeys()
    {
        PrivateFolder.RequirePrivateKeys(location.KeyFolder);
        if (!Directory.Exists(location.KeyFolder))
            return;
        foreach (var key in KeyFiles())
            PrivateFile.RequirePrivateKey(key);
    }

    private string[] KeyFiles() => Directory.EnumerateFiles(location.KeyFolder, "key-*.xml").ToArray();

    private IDataProtectionProvider OpenKeys()
    {
        var services = new ServiceCollection();
        services.AddDataProtection()
            .SetApplicationName("PasswordBoss.EntraConnector")
            .SetDefaultKeyLifetime(KeyLifetime)
            .PersistKeysToFileSystem(new DirectoryInfo(location.KeyFolder));
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>();
    }
}
#endif
