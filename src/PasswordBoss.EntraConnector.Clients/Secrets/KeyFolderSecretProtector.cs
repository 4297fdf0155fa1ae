#if !NET472
using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using PasswordBoss.EntraConnector.Clients.State;

namespace PasswordBoss.EntraConnector.Clients.Secrets;

/// <summary>
/// ASP.NET Core Data Protection with its key files in a folder that only their owner can enter, outside the state folder: a copy or backup of the state alone
/// cannot be decrypted.
/// </summary>
internal sealed class KeyFolderSecretProtector : ISecretProtector
{
    // A new key would protect nothing more, as the old one has to stay beside it; and a run must not depend on a key folder that can be written.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(3650);

    private readonly StateLocation location;
    private readonly object gate = new();
    private IDataProtectionProvider? provider;

    /// <summary>Creates the protector; nothing is read or created.</summary>
    /// <param name="location">Where the keys lie.</param>
    public KeyFolderSecretProtector(StateLocation location) => this.location = location;

    /// <inheritdoc/>
    public byte[] Protect(Guid connectionId, byte[] clear)
    {
        RequirePrivateKeys();
        StateFolder.Prepare(location.KeyFolder, location.IsMachineWide);
        lock (gate)
        {
            try
            {
                var encrypted = For(connectionId, provider ??= OpenKeys()).Protect(clear);
                foreach (var key in KeyFiles())
                    StateFolder.KeepFilePrivate(key);
                return encrypted;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw StateFolder.Unusable(location.KeyFolder, "StateReason_System", exception.Message);
            }
        }
    }

    /// <inheritdoc/>
    public byte[] Unprotect(Guid connectionId, byte[] encrypted)
    {
        RequirePrivateKeys();
        lock (gate)
        {
            // Data Protection would make a new key here, which could not help.
            if (!Directory.Exists(location.KeyFolder) || KeyFiles().Length == 0)
                throw new CryptographicException();
            try
            {
                return For(connectionId, provider ??= OpenKeys()).Unprotect(encrypted);
            }
            catch (CryptographicException)
            {
                // Another process may have made the key after this one had read them.
                provider = OpenKeys();
                return For(connectionId, provider).Unprotect(encrypted);
            }
        }
    }

    private static IDataProtector For(Guid connectionId, IDataProtectionProvider provider) =>
        provider.CreateProtector("ConnectionSecrets", connectionId.ToString("D"));

    private void RequirePrivateKeys()
    {
        StateFolder.RequirePrivateKeys(location.KeyFolder);
        if (!Directory.Exists(location.KeyFolder))
            return;
        foreach (var key in KeyFiles())
            StateFolder.RequirePrivateKey(key);
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
