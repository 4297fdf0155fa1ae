using System;
using System.Collections.Generic;
using System.Globalization;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Reports;

/// <summary>The words of the report page, in the language of the session.</summary>
internal static class ReportWording
{
    /// <summary>The words by the names that the page uses. The words of an enumeration have its name and the number of the value.</summary>
    public static ReportWords Render()
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in Labels())
            words.Add(name, text.Render());
        AddEach<ChangeKind>(words, "kind", Of);
        AddEach<SyncAction>(words, "action", Of);
        AddEach<ChangeOutcome>(words, "outcome", Of);
        AddEach<ConnectorStatus>(words, "status", Of);
        AddEach<SyncOutcome>(words, "run", Of);
        return new ReportWords(Texts.ReportLanguage.Render(), words);
    }

    private static void AddEach<T>(Dictionary<string, string> words, string name, Func<T, Message> text)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues(typeof(T)))
            words.Add(name + Convert.ToInt32(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), text(value).Render());
    }

    // {0}, {1} and {2} stay in these texts, because the script of the page replaces them with its own numbers and dates.
    private static IEnumerable<(string Name, Message Text)> Labels()
    {
        const string First = "{0}";
        const string Second = "{1}";
        const string Third = "{2}";
        yield return ("title", Texts.ReportTitle);
        yield return ("written", Texts.ReportWritten);
        yield return ("period", Texts.ReportPeriod);
        yield return ("fromTo", Texts.ReportFromTo(First, Second));
        yield return ("zone", Texts.ReportZone);
        yield return ("skip", Texts.ReportSkip);
        yield return ("needsScript", Texts.ReportNeedsScript);
        yield return ("overview", Texts.ReportOverview);
        yield return ("connections", Texts.ReportConnections);
        yield return ("inOrder", Texts.ReportInOrder(First));
        yield return ("needAttention", Texts.ReportNeedAttention(First));
        yield return ("accounts", Texts.ReportAccounts);
        yield return ("active", Texts.ReportActive);
        yield return ("pending", Texts.ReportPending);
        yield return ("disabled", Texts.ReportDisabled);
        yield return ("changes", Texts.ReportChanges);
        yield return ("notMade", Texts.ReportNotMade);
        yield return ("changesOverTime", Texts.ReportChangesOverTime);
        yield return ("chart", Texts.ReportChart(First, Second));
        yield return ("asTable", Texts.ReportAsTable);
        yield return ("day", Texts.ReportDay);
        yield return ("total", Texts.ReportTotal);
        yield return ("expiries", Texts.ReportExpiries);
        yield return ("noExpiry", Texts.ReportNoExpiry);
        yield return ("moreExpiries", Texts.ReportMoreExpiries(First));
        yield return ("expired", Texts.ReportExpired(First));
        yield return ("connection", Texts.ReportConnection);
        yield return ("status", Texts.ReportStatus);
        yield return ("lastSync", Texts.ReportLastSync);
        yield return ("nextSync", Texts.ReportNextSync);
        yield return ("secretExpires", Texts.ReportSecretExpires);
        yield return ("failingSince", Texts.ReportFailingSince(First));
        yield return ("overdue", Texts.ReportOverdue);
        yield return ("deletionsWait", Texts.ReportDeletionsWait(First));
        yield return ("never", Texts.ReportNever);
        yield return ("notScheduled", Texts.ReportNotScheduled);
        yield return ("notKnown", Texts.ReportNotKnown);
        yield return ("findConnection", Texts.ReportFindConnection);
        yield return ("onlyAttention", Texts.ReportOnlyAttention);
        yield return ("findChange", Texts.ReportFindChange);
        yield return ("allConnections", Texts.ReportAllConnections);
        yield return ("kindOfChange", Texts.ReportKindOfChange);
        yield return ("all", Texts.ReportAll);
        yield return ("time", Texts.ReportTime);
        yield return ("change", Texts.ReportChange);
        yield return ("subject", Texts.ReportSubject);
        yield return ("why", Texts.ReportWhy);
        yield return ("result", Texts.ReportResult);
        yield return ("connectionsShown", Texts.ReportConnectionsShown(First, Second));
        yield return ("changesShown", Texts.ReportChangesShown(First, Second));
        yield return ("onDay", Texts.ReportOnDay(First));
        yield return ("clear", Texts.ReportClear);
        yield return ("pageOf", Texts.ReportPageOf(First, Second));
        yield return ("firstPage", Texts.ReportFirstPage);
        yield return ("previousPage", Texts.ReportPreviousPage);
        yield return ("nextPage", Texts.ReportNextPage);
        yield return ("lastPage", Texts.ReportLastPage);
        yield return ("noMatch", Texts.ReportNoMatch);
        yield return ("noChange", Texts.ReportNoChange);
        yield return ("listed", Texts.ReportListed(First, Second, Third));
        yield return ("printed", Texts.ReportPrinted(First, Second));
        yield return ("footer", Texts.ReportFooter);
    }

#pragma warning disable CS8524 // Only named values are rendered; a named value that is missing here is CS8509, an error.
    private static Message Of(ChangeKind value) => value switch
    {
        ChangeKind.Created => Texts.ReportKindCreated,
        ChangeKind.Changed => Texts.ReportKindChanged,
        ChangeKind.Disabled => Texts.ReportKindDisabled,
        ChangeKind.Deleted => Texts.ReportKindDeleted,
        ChangeKind.Groups => Texts.ReportKindGroups,
        ChangeKind.HeldBack => Texts.ReportKindHeldBack,
        ChangeKind.Failed => Texts.ReportKindFailed,
    };

    private static Message Of(SyncAction value) => value switch
    {
        SyncAction.Create => Texts.ReportActionCreate,
        SyncAction.CreatePending => Texts.ReportActionCreatePending,
        SyncAction.Adopt => Texts.ReportActionAdopt,
        SyncAction.Update => Texts.ReportActionUpdate,
        SyncAction.Enable => Texts.ReportActionEnable,
        SyncAction.Disable => Texts.ReportActionDisable,
        SyncAction.Delete => Texts.ReportActionDelete,
        SyncAction.ConvertToPersonal => Texts.ReportActionConvertToPersonal,
        SyncAction.CreateGroup => Texts.ReportActionCreateGroup,
        SyncAction.UpdateGroup => Texts.ReportActionUpdateGroup,
        SyncAction.AddMember => Texts.ReportActionAddMember,
        SyncAction.RemoveMember => Texts.ReportActionRemoveMember,
        SyncAction.DeleteGroup => Texts.ReportActionDeleteGroup,
        SyncAction.ReleaseGroup => Texts.ReportActionReleaseGroup,
        SyncAction.Unlink => Texts.ReportActionUnlink,
        SyncAction.Conflict => Texts.ReportActionConflict,
        SyncAction.Skip => Texts.ReportActionSkip,
    };

    private static Message Of(ChangeOutcome value) => value switch
    {
        ChangeOutcome.Planned => Texts.ReportOutcomePlanned,
        ChangeOutcome.Done => Texts.ReportOutcomeDone,
        ChangeOutcome.Failed => Texts.ReportOutcomeFailed,
        ChangeOutcome.Skipped => Texts.ReportOutcomeSkipped,
        ChangeOutcome.Refused => Texts.ReportOutcomeRefused,
    };

    private static Message Of(ConnectorStatus value) => value switch
    {
        ConnectorStatus.PendingConnection => Texts.ReportStatusPendingConnection,
        ConnectorStatus.Connected => Texts.ReportStatusConnected,
        ConnectorStatus.NotAuthorized => Texts.ReportStatusNotAuthorized,
        ConnectorStatus.Paused => Texts.ReportStatusPaused,
        ConnectorStatus.Damaged => Texts.ReportStatusDamaged,
        ConnectorStatus.NotActivated => Texts.ReportStatusNotActivated,
    };

    private static Message Of(SyncOutcome value) => value switch
    {
        SyncOutcome.Succeeded => Texts.ReportRunSucceeded,
        SyncOutcome.NoChange => Texts.ReportRunNoChange,
        SyncOutcome.Partial => Texts.ReportRunPartial,
        SyncOutcome.Refused => Texts.ReportRunRefused,
        SyncOutcome.Failed => Texts.ReportRunFailed,
        SyncOutcome.AlreadyRunning => Texts.ReportRunAlreadyRunning,
        SyncOutcome.Planned => Texts.ReportRunPlanned,
    };
#pragma warning restore CS8524
}
