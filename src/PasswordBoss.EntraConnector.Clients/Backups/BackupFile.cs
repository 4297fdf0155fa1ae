using System;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Backups;

/// <summary>A backup at a path that the user chose.</summary>
internal sealed class BackupFile : IStateBackup
{
    private readonly StateLocation location;
    private readonly IClock clock;
    private readonly KeyDerivation cost;

    /// <summary>Creates the object; nothing is read or written.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="location">The location of the store.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cost">The cost of the key derivation of new backups; null for <see cref="SealedFile.Cost"/>.</param>
    public BackupFile(string path, StateLocation location, IClock clock, KeyDerivation? cost = null)
    {
        Path = path;
        this.location = location;
        this.clock = clock;
        this.cost = cost ?? SealedFile.Cost;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public BackupContent Write(string passphrase, bool overwrite)
    {
        FileReplacement.RequireWritablePath(location, Path, overwrite);
        using var archive = new MemoryStream();
        try
        {
            var content = new StateExport(location, clock).WriteTo(archive);
            var header = new BackupHeader
            {
                Version = SealedFile.CurrentVersion,
                Schema = SchemaMigrations.All.Count,
                CreatedAt = content.CreatedAt,
                Connections = content.Connections.Count,
                KeyDerivation = cost,
                Cipher = "",
                Nonce = Array.Empty<byte>(),
            };
            var file = SealedFile.Seal(archive.GetBuffer(), (int)archive.Length, header, passphrase);
            FileReplacement.RequireWritablePath(location, Path, overwrite);
            UnusablePath.Guard(Path, () => FileReplacement.WritePrivate(Path, file, overwrite));
            return content;
        }
        finally
        {
            Array.Clear(archive.GetBuffer(), 0, archive.GetBuffer().Length);
        }
    }

    /// <inheritdoc/>
    public IOpenBackup Open(string passphrase)
    {
        var format = new SealedFile(Path);
        var (header, archive) = format.Open(UnusablePath.Guard(Path, () => File.ReadAllBytes(Path)), passphrase);
        if (header.Schema > SchemaMigrations.All.Count)
        {
            Array.Clear(archive, 0, archive.Length);
            throw new ConnectorException(Problems.BackupTooNew(
                Path, Texts.BackupSchema, header.Schema.ToString(System.Globalization.CultureInfo.InvariantCulture), SchemaMigrations.All.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)).About(Path));
        }

        return new OpenBackup(location, clock, archive, format);
    }
}
