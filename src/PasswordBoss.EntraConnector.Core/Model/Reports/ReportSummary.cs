using System;
using System.Collections.Generic;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>The words of a report page in one language.</summary>
/// <param name="Language">The language, as in the <c>lang</c> attribute of HTML.</param>
/// <param name="Words">The words by the names that the page uses. <c>{0}</c> and so on are filled by the page.</param>
public sealed record ReportWords(string Language, IReadOnlyDictionary<string, string> Words);

/// <summary>Everything in a report except its changes.</summary>
public sealed record ReportSummary
{
    /// <summary>When the report was written, in its time zone.</summary>
    public required DateTimeOffset WrittenAt { get; init; }
    /// <summary>The start of the period, in the time zone of the report.</summary>
    public required DateTimeOffset Since { get; init; }
    /// <summary>The connections.</summary>
    public required IReadOnlyList<ReportConnection> Connections { get; init; }
    /// <summary>The number of changes per connection, day and kind, also of changes that are not listed.</summary>
    public required IReadOnlyList<ReportDay> Days { get; init; }
}
