using System;
using System.Collections.Generic;
using System.Globalization;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>One line of a run log: properties in a fixed order. A property without a value is left out.</summary>
public sealed class LogLine
{
    private readonly List<KeyValuePair<string, object>> properties = new();

    /// <summary>The properties. A value is a <see cref="string"/>, a <see cref="double"/>, or a list of strings.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Properties => properties;

    /// <summary>Adds a text.</summary>
    /// <param name="name">The name of the property.</param>
    /// <param name="value">The text; null to leave it out.</param>
    public LogLine Add(string name, string? value) => value is null ? this : AddValue(name, value);

    /// <summary>Adds a time, in UTC.</summary>
    /// <param name="name">The name of the property.</param>
    /// <param name="value">The time.</param>
    public LogLine Add(string name, DateTimeOffset value) => AddValue(name, value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>Adds a number.</summary>
    /// <param name="name">The name of the property.</param>
    /// <param name="value">The number.</param>
    public LogLine Add(string name, double value) => AddValue(name, value);

    /// <summary>Adds a list of texts.</summary>
    /// <param name="name">The name of the property.</param>
    /// <param name="values">The texts; none to leave it out.</param>
    public LogLine Add(string name, IReadOnlyList<string> values) => values.Count == 0 ? this : AddValue(name, values);

    private LogLine AddValue(string name, object value)
    {
        properties.Add(new KeyValuePair<string, object>(name, value));
        return this;
    }
}
