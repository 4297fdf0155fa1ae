using System;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>What a report contains, and where it is written.</summary>
public sealed record ReportRequest
{
    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }
    /// <summary>Whether an existing file is replaced; otherwise it is refused.</summary>
    public bool Overwrite { get; init; }
    /// <summary>Whether the file is a CSV table of the changes; otherwise it is an HTML page.</summary>
    public bool IsTable { get; init; }
    /// <summary>Only changes of runs that started at or after this time; null for the whole history.</summary>
    public DateTimeOffset? Since { get; init; }
    /// <summary>The time zone of the times in the file.</summary>
    public required TimeZoneInfo Zone { get; init; }
}
