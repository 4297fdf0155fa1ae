using System;
using System.Collections.Generic;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Doubles;

/// <summary>A configuration file in memory.</summary>
internal sealed class FakeConfigurationFile : IConfigurationFile
{
    public string Path => "/configuration.json";

    public IReadOnlyList<ConnectionConfiguration> Connections { get; set; } = Array.Empty<ConnectionConfiguration>();

    public IReadOnlyList<ConnectionConfiguration> Read() => Connections;

    public void Write(IReadOnlyList<ConnectionConfiguration> connections, bool overwrite) => Connections = connections;
}
