using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Core.Tests.Fleet;

/// <summary>A log that keeps its lines in memory.</summary>
internal sealed class MemoryLog : IRunLog
{
    public string Path => "/logs/sync.log";

    public Problem? Problem { get; set; }

    public Action Before { get; set; } = () => { };

    public List<Dictionary<string, object>> Lines { get; } = [];

    public void Write(IEnumerable<LogLine> lines)
    {
        Before();
        if (Problem is not null)
            throw new ConnectorException(Problem);
        Lines.AddRange(lines.Select(line => line.Properties.ToDictionary(property => property.Key, property => property.Value)));
    }
}
