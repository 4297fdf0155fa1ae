using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>What the status says of the last run.</summary>
internal static class StatusMessages
{
    // The status names this many open conflicts; the rest is counted.
    private const int NamedConflicts = 10;
    private const int NamedSubjects = 5;

    /// <summary>The messages; empty when the last run left nothing to say.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outcome">How it ended.</param>
    public static IReadOnlyList<Message> Of(RunResult run, SyncOutcome outcome)
    {
        var messages = new List<Message>();
        if (run.Decisive is { } decisive)
        {
            messages.Add(decisive.Text);
            messages.Add(decisive.Recommendation);
        }

        var named = run.Pending.Select(m => m.Change)
            .Select(c => c.Detail is { } detail && (c.Action == SyncAction.Conflict || c.Outcome == ChangeOutcome.Failed) && !detail.Equals(run.Decisive?.Text) ? ChangeSubject.Name(c, detail) : null)
            .OfType<Message>().Distinct().ToList();
        messages.AddRange(named.Take(NamedConflicts));
        if (named.Count > NamedConflicts)
            messages.Add(new Message("Status_MoreOpen", (named.Count - NamedConflicts).ToString(CultureInfo.InvariantCulture)));
        if (messages.Count == 0 && outcome == SyncOutcome.Partial)
            messages.Add(LeftOpen(run));
        return messages;
    }

    // The run was Partial, and nothing else in the status says why.
    private static Message LeftOpen(RunResult run)
    {
        var names = run.AllChanges.Where(c => c.Outcome is ChangeOutcome.Failed or ChangeOutcome.Refused || (c.ErrorId is { } id && !RunOutcome.WasChosen(id)))
            .Select(ChangeSubject.Of).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (names.Count == 0)
            return new Message("Status_LeftOpen");
        var shown = string.Join(", ", names.Take(NamedSubjects));
        return names.Count <= NamedSubjects
            ? new Message("Status_LeftOpenFor", shown)
            : new Message("Status_LeftOpenForMore", shown, (names.Count - NamedSubjects).ToString(CultureInfo.InvariantCulture));
    }
}
