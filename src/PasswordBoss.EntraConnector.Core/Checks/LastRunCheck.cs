using System;
using System.Globalization;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Checks;

/// <summary>Whether something syncs the connection regularly: the last run, whoever started it.</summary>
internal sealed class LastRunCheck
{
    /// <summary>Whatever the interval of the scheduler, a leaver should not keep access for longer than this unnoticed.</summary>
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
            var health = journal.Summarize().Health;
            if (health.LastSync is not { } last)
            {
                list.Add("LastRun", CheckStatus.Warning, new Message("Status_NeverRun"), new Message("CheckFix_LastRun"));
                return;
            }

            var detail = new Message("Check_LastRun", last.ToLocalTime().ToString("g", CultureInfo.CurrentCulture), health.LastOutcome?.ToString() ?? "?");
            if (clock.UtcNow - last > Limit)
                list.Add("LastRun", CheckStatus.Warning, detail, new Message("CheckFix_LastRun"));
            else
                list.Add("LastRun", CheckStatus.Passed, detail);
        }
        catch (ConnectorException e)
        {
            list.Fail("LastRun", e);
        }
    }
}
