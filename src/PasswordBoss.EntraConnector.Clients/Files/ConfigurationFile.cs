using System.Collections.Generic;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Clients.Files;

/// <summary>A configuration file at a path that the user chose.</summary>
internal sealed class ConfigurationFile : IConfigurationFile
{
    private readonly StateLocation location;

    /// <summary>Creates the object; nothing is read or written.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="location">The location of the store.</param>
    public ConfigurationFile(string path, StateLocation location)
    {
        Path = path;
        this.location = location;
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ConnectionConfiguration> Read() => ConfigurationDocument.Read(Path, UnusablePath.Guard(Path, () => File.ReadAllBytes(Path)));

    /// <inheritdoc/>
    public void Write(IReadOnlyList<ConnectionConfiguration> connections, bool overwrite)
    {
        FileReplacement.RequireWritablePath(location, Path, overwrite);
        var content = ConfigurationDocument.Write(connections);
        UnusablePath.Guard(Path, () => FileReplacement.WritePrivate(Path, content, overwrite));
    }
}
