using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Sync.Read;

namespace PasswordBoss.EntraConnector.Sync.Record;

/// <summary>The warnings of a run, in a fixed order.</summary>
internal static class RunWarnings
{
    /// <summary>The warnings; none if the run made no plan.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="end">How the run ended.</param>
    public static IReadOnlyList<Message> Of(ConnectionSettings connection, RunEnd end) => end is RunEnd.Planned planned ? Of(connection, planned) : Array.Empty<Message>();

    private static List<Message> Of(ConnectionSettings connection, RunEnd.Planned end)
    {
        var start = end.Run.Start;
        var read = end.Run.Reading as ReadOutcome.Read;
        var warnings = new List<Message>(read?.Warnings ?? []);
        if (start.WasRolledBack)
            warnings.Add(Texts.WarningPutBack);
        if (start.Progress.Restored is { } backup)
            warnings.Add(Texts.WarningRestored(BackupTime.Format(backup.BackedUpAt), backup.Machine));
        if (read is not null)
        {
            warnings.AddRange(OfRecovery(read));
            warnings.AddRange(OfUserGroup(connection, read.Input.UserGroup));
        }

        if (end.Run.OtherStore is { } otherStore)
            warnings.Add(otherStore);
        if (start.WasLost)
            warnings.Add(Texts.WarningStateLost);
        if (start.Health.AdoptChangeUnreported && connection.Rules.ExistingAccount == ExistingAccountRule.Adopt)
            warnings.Add(Texts.WarningAdoptMeaning);
        warnings.AddRange(OnePerCause(Obstacles(end.Run)));
        if (end is RunEnd.Executed executed)
        {
            warnings.AddRange(executed.Effects.GroupsThatHide
                .Select(g => Problems.GroupMembersNotShown(g.Key, MessageValue.Of(g.Value)).Text));
        }

        return warnings;
    }

    private static IEnumerable<Message> OfRecovery(ReadOutcome.Read read)
    {
        if (read.Recovered.Relinked > 0)
            yield return Texts.WarningRelinked(MessageValue.Of(read.Recovered.Relinked));
        var orphans = read.Recovered.Orphans
            .Select(o => (ErrorId.OrphanAccount, (string?)o.UserName, Problems.OrphanAccount(o.UserName).Text));
        foreach (var warning in OnePerCause(orphans))
            yield return warning;
    }

    private static IEnumerable<Message> OfUserGroup(ConnectionSettings connection, GroupReading userGroup)
    {
        if (userGroup.Status == ReadingStatus.Hidden)
            yield return Problems.UserGroupHidden(userGroup.DisplayName).Text;
        if (userGroup.NestedGroups.Count > 0 && !connection.IncludeNested)
            yield return Texts.WarningNestedIgnored(userGroup.DisplayName, MessageValue.Of(userGroup.NestedGroups.Count));
    }

    private static IEnumerable<(ErrorId Cause, string? Subject, Message Text)> Obstacles(PlannedRun run)
    {
        foreach (var action in run.Plan.Changes)
        {
            // After a restore the database lacks the latest changes of this installation, so they are no sign of another store.
            if (action is { Obstacle: { } obstacle, Refused: false, IsKnown: false } && !(run.Start.MayLackRuns && obstacle.Id == ErrorId.StoreNotAlone))
                yield return (obstacle.Id, action.Email ?? action.GroupName ?? action.DisplayName, obstacle.Text);
        }

        foreach (var change in run.ListedRetries.Select(r => r.Change))
        {
            if (change is { ErrorId: { } id, Detail: { } detail })
                yield return (id, ChangeSubject.Of(change), ChangeSubject.Name(change, detail));
        }
    }

    // One cause can affect thousands of users: show the first in full, the next four by name, and count the rest. The changes list all of them.
    private static IEnumerable<Message> OnePerCause(IEnumerable<(ErrorId Cause, string? Subject, Message Text)> obstacles)
    {
        foreach (var cause in obstacles.GroupBy(o => o.Cause))
        {
            var texts = cause.GroupBy(o => o.Text).Select(g => (g.Key, Subject: g.Select(o => o.Subject).FirstOrDefault())).ToList();
            if (texts.Count <= AccountReader.NamedInWarning)
            {
                foreach (var (text, _) in texts)
                    yield return text;
                continue;
            }

            var names = texts.Skip(1).Select(o => o.Subject).OfType<string>().Take(AccountReader.NamedInWarning - 1);
            yield return Texts.WarningAndOthers(texts[0].Key, MessageValue.Of(texts.Count - 1), string.Join(", ", names));
        }
    }
}
