using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Ports;

/// <summary>A configuration file: the settings of connections, without secrets. All members throw only <see cref="Errors.ConnectorException"/>.</summary>
public interface IConfigurationFile
{
    /// <summary>The full path, for messages.</summary>
    string Path { get; }

    /// <summary>
    /// Reads the whole file. Refuses a file of a later version, and a property or value that this version does not know, so that nothing is changed by half of a
    /// file.
    /// </summary>
    IReadOnlyList<ConnectionConfiguration> Read();

    /// <summary>Writes the file in one step, for its owner only.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    void Write(IReadOnlyList<ConnectionConfiguration> connections, bool overwrite);
}
