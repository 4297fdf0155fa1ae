using System;
using System.Collections.Generic;
using System.Linq;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>
/// Whether the connection is synced regularly, how the last run ended, and whether runs can confirm their changes. If the connection is paused, or its last
/// run failed or was refused, users who left keep their access, so the check fails.
/// </summary>
internal sealed class LastRunCheck
{
    /// <summary>After this time without a run, the check warns, whatever the task's interval: leavers may still have access.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    private readonly IClock clock;
    private readonly IStateStore store;
    private readonly ConnectionSettings connection;

    public LastRunCheck(IClock clock, IStateStore store, ConnectionSettings connection)
    {
        this.clock = clock;
        this.store = store;
        this.connection = connection;
    }

    public void Run(CheckList list)
    {
        try
        {
            using var journal = store.OpenJournal(connection.Id);
            var summary = journal.Summarize();
            CheckLastRun(summary, list);
            CheckConfirmation(summary.Health, list);
        }
        catch (ConnectorException e)
        {
            list.Fail("LastRun", e.Problem);
            list.Skip("Confirmation");
        }
    }

    private void CheckLastRun(ConnectionSummary summary, CheckList list)
    {
        var health = summary.Health;
        var messages = health.Messages.ToList();
        var recommended = new[] { health.Recommendation ?? summary.Pause?.Recommendation }.OfType<Message>().ToList();
        if (health.LockHeld is { } lockHeld)
        {
            messages.Insert(0, lockHeld);
            recommended.Insert(0, Texts.FixAlreadyRunning);
        }

        if (summary.Pause is { } pause)
        {
            Report(CheckStatus.Failed, new[] { Texts.CheckPaused, pause.Reason }.Concat(messages.Where(m => !m.Equals(pause.Reason))), recommended);
        }
        else if (health.LastSync is not { } last)
        {
            var never = new[] { Texts.StatusNeverRun };
            if (health.LockHeld is null)
                Report(CheckStatus.Warning, never, new[] { Texts.CheckFixLastRun });
            else
                Report(health.LastOutcome == SyncOutcome.Failed ? CheckStatus.Failed : CheckStatus.Warning, never.Concat(messages), recommended);
        }
        else
        {
            var ended = new[] { Texts.CheckLastRun(MessageValue.Of(last), health.LastOutcome?.ToString() ?? "?") };
            if (health.LastOutcome is SyncOutcome.Failed or SyncOutcome.Refused)
                Report(CheckStatus.Failed, ended.Concat(messages), recommended);
            else if (health.LockHeld is not null)
                Report(CheckStatus.Warning, ended.Concat(messages), recommended);
            else if (clock.UtcNow - last > Limit)
                Report(CheckStatus.Warning, ended.Concat(messages), new[] { Texts.CheckFixLastRun });
            else if (health.LastOutcome == SyncOutcome.Partial)
                Report(CheckStatus.Warning, ended.Concat(messages), new[] { Texts.CheckFixLookAtRun(connection.Name) });
            else
                Report(CheckStatus.Passed, ended, Array.Empty<Message>());
        }

        void Report(CheckStatus status, IEnumerable<Message> detail, IReadOnlyCollection<Message> recommendation) => list.Add(
            "LastRun",
            status,
            Join(detail),
            recommendation.Count == 0 && status == CheckStatus.Failed ? Texts.CheckFixLookAtRun(connection.Name).Render() : Join(recommendation));
    }

    private void CheckConfirmation(ConnectionHealth health, CheckList list)
    {
        if (health.LastSync is null)
            list.Add("Confirmation", CheckStatus.Skipped, Texts.StatusNeverRun);
        else if (health.HidesStates || health.HidesMembers)
            list.Add("Confirmation", CheckStatus.Warning, Join(Hidden(health)), Texts.CheckFixConfirmation.Render());
        else
            list.Add("Confirmation", CheckStatus.Passed, Texts.CheckConfirmation);
    }

    private static IEnumerable<Message> Hidden(ConnectionHealth health)
    {
        if (health.HidesStates)
            yield return Texts.CheckHidesStates;
        if (health.HidesMembers)
            yield return Texts.CheckHidesMembers;
    }

    private string Join(IEnumerable<Message> messages) => string.Join(" ", messages.Select(m => m.RenderFor(connection.Name)));
}
