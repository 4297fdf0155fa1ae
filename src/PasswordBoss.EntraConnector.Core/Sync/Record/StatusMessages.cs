using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The messages of the status about the last run.</summary>
internal static class StatusMessages
{
    // The status lists this many open conflicts and counts the rest.
    private const int NamedConflicts = 10;
    private const int NamedSubjects = 5;

    /// <summary>The messages, first why the run failed or was refused; empty if there is nothing to report.</summary>
    /// <param name="run">The run.</param>
    /// <param name="outcome">How it ended.</param>
    public static IReadOnlyList<Message> Of(RunResult run, SyncOutcome outcome)
    {
        var messages = new List<Message>();
        if (run.Decisive is { } decisive)
            messages.Add(decisive.Text);

        var named = run.Pending.Select(r => r.Change)
            .Select(c => c.Detail is { } detail && (c.Action == SyncAction.Conflict || c.Outcome == ChangeOutcome.Failed) && !detail.Equals(run.Decisive?.Text) ? ChangeSubject.Name(c, detail) : null)
            .OfType<Message>().Distinct().ToList();
        messages.AddRange(named.Take(NamedConflicts));
        if (named.Count > NamedConflicts)
            messages.Add(Texts.StatusMoreOpen(MessageValue.Of(named.Count - NamedConflicts)));
        if (messages.Count == 0 && outcome == SyncOutcome.Partial)
            messages.Add(LeftOpen(run));
        return messages;
    }

    // The run was Partial, and no other message of the status explains why.
    private static Message LeftOpen(RunResult run)
    {
        var names = run.AllChanges.Where(c => c.Outcome is ChangeOutcome.Failed or ChangeOutcome.Refused || (c.ErrorId is { } id && !ErrorCatalog.NeedsNoRetry(id)))
            .Select(ChangeSubject.Of).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (names.Count == 0)
            return Texts.StatusLeftOpen;
        var shown = string.Join(", ", names.Take(NamedSubjects));
        return names.Count <= NamedSubjects
            ? Texts.StatusLeftOpenFor(shown)
            : Texts.StatusLeftOpenForMore(shown, MessageValue.Of(names.Count - NamedSubjects));
    }
}
