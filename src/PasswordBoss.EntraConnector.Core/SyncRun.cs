using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Execution;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Planning;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Reading;

namespace PasswordBoss.EntraConnector;

/// <summary>One run of one connection: lock, load, read, plan, check, approve, execute, save, report.</summary>
internal sealed class SyncRun
{
    private readonly ConnectionSettings connection;
    private readonly SyncOptions options;
    private readonly IConnectorFactory factory;
    private readonly IStateStore store;
    private readonly IPlanApprover approver;
    private readonly IRunObserver observer;
    private readonly RunReport report;

    public SyncRun(ConnectionSettings connection, SyncOptions options, IConnectorFactory factory, IStateStore store, IPlanApprover approver, IRunObserver observer)
    {
        this.connection = connection;
        this.options = options;
        this.factory = factory;
        this.store = store;
        this.approver = approver;
        this.observer = observer;
        report = new RunReport(connection, factory.Clock.UtcNow, approver.IsPreview);
    }

    public async Task<SyncReport> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var runLock = factory.TryLock(connection);
            if (runLock is null)
                return report.AlreadyRunning(factory.Clock.UtcNow);
            using var journal = store.OpenJournal(connection.Id);
            var state = SyncState.Empty;
            try
            {
                state = journal.Load(factory.Clock.UtcNow - SafetyLimits.Window);
                await SyncAsync(journal, state, cancellationToken).ConfigureAwait(false);
            }
            catch (ConnectorException e)
            {
                report.Fail(e);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                report.Fail(new ConnectorException(ErrorId.Cancelled));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // A defect of ours must not cost the other connections of the call their runs, nor this one its history.
                report.Fail(new ConnectorException(ErrorId.InternalError, $"{e.GetType().Name}: {e.Message}"));
            }

            foreach (var warning in report.Warnings)
                observer.Warning(connection.Name, warning);

            return Save(journal, state);
        }
        catch (ConnectorException e)
        {
            report.Fail(e);
            return report.Finish(factory.Clock.UtcNow);
        }
    }

    private async Task SyncAsync(ISyncJournal journal, SyncState state, CancellationToken cancellationToken)
    {
        if (connection.UserGroup is null)
            throw new ConnectorException(ErrorId.UserGroupNotChosen, connection.Name);
        var secrets = store.ReadSecrets(connection.Id);
        using var directory = factory.OpenDirectory(connection, secrets);
        using var accounts = factory.OpenAccounts(connection, secrets);

        var (recovered, input, plan) = await ReadAndPlanAsync(directory, accounts, state, cancellationToken).ConfigureAwait(false);
        if (plan is null)
            return;
        if (approver.IsPreview)
        {
            await approver.ApproveAsync(connection.Name, Writing(plan), cancellationToken).ConfigureAwait(false);
            report.Preview(plan);
            return;
        }

        ICollection<string> approved = new HashSet<string>(
            await approver.ApproveAsync(connection.Name, Writing(plan), cancellationToken).ConfigureAwait(false), StringComparer.Ordinal);
        if (approver.IsInteractive)
        {
            // Time has passed while somebody was asked: what is done must be right now, and must have been approved.
            (recovered, input, plan) = await ReadAndPlanAsync(directory, accounts, state, cancellationToken).ConfigureAwait(false);
            if (plan is null)
                return;
        }

        journal.Apply(recovered!.Changes, recovered.SettledIntents);
        var executor = new SyncExecutor(
            accounts, journal, factory.Clock, report.RunId, options.ParallelWrites, SafetyLimits.AllowedKeys(input!),
            (done, total) => observer.Progress(connection.Name, new Message("Phase_Execute"), done, total));
        var changes = await executor.ExecuteAsync(plan, approved, cancellationToken).ConfigureAwait(false);
        report.Executed(plan, changes, executor.Stopped, cancellationToken.IsCancellationRequested);
    }

    // The plan is null when a safety rule refuses the run before anything could be planned.
    private async Task<(RecoveredState? Recovered, PlannerInput? Input, SyncPlan? Plan)> ReadAndPlanAsync(
        IDirectoryReader directory, IAccountDirectory accounts, SyncState state, CancellationToken cancellationToken)
    {
        var now = factory.Clock.UtcNow;
        var userGroup = await ReadGroupAsync(directory, connection.UserGroup!, cancellationToken).ConfigureAwait(false);
        report.ReadEntra();
        if (SafetyRules.RefusalOf(userGroup, state) is { } refusal)
        {
            report.Refuse(refusal, state, userGroup.DisplayName, connection.Rules);
            return default;
        }

        var additional = new List<GroupReading>(connection.AdditionalGroups.Count);
        foreach (var group in connection.AdditionalGroups)
            additional.Add(await ReadAdditionalGroupAsync(directory, group, cancellationToken).ConfigureAwait(false));

        var capabilities = await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false);
        if (SafetyRules.Unsupported(connection.Rules, capabilities) is { } unsupported)
        {
            report.Refuse(unsupported, state, userGroup.DisplayName, connection.Rules);
            return default;
        }

        var view = await new AccountReader(accounts, connection.PasswordBossUri.Host).ReadAsync(
            state, connection.Rules, now, (done, total) => observer.Progress(connection.Name, new Message("Phase_ReadAccounts"), done, total), cancellationToken).ConfigureAwait(false);
        var accountGroups = await ReadAccountGroupsAsync(accounts, capabilities, state, cancellationToken).ConfigureAwait(false);
        var recovered = await RecoverAsync(directory, state, view, userGroup, now, cancellationToken).ConfigureAwait(false);

        var input = new PlannerInput
        {
            Rules = connection.Rules,
            UserGroup = userGroup,
            AdditionalGroups = additional,
            IncludeNested = connection.IncludeNested,
            Accounts = view,
            AccountGroups = accountGroups,
            Capabilities = capabilities,
            State = recovered.State,
            Reapply = options.Reapply,
            Force = options.Force,
            Now = now,
        };
        input = input with { Lookups = await VerifyAsync(directory, input, cancellationToken).ConfigureAwait(false) };
        var plan = SyncPlanner.Plan(input);
        report.Planned(plan, recovered, userGroup);
        return (recovered, input, plan);
    }

    private Task<GroupReading> ReadGroupAsync(IDirectoryReader directory, GroupReference group, CancellationToken cancellationToken) =>
        directory.ReadGroupAsync(
            group.Id, group.DisplayName, connection.IncludeNested, count => observer.Progress(connection.Name, new Message("Phase_ReadGroup", group.DisplayName), count, 0), cancellationToken);

    private async Task<GroupReading> ReadAdditionalGroupAsync(IDirectoryReader directory, GroupReference group, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadGroupAsync(directory, group, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectorException e) when (!ErrorCatalog.MeansNotAuthorized(e.Id) || e.Id == ErrorId.PermissionMissing)
        {
            return new GroupReading { GroupId = group.Id, DisplayName = group.DisplayName, Status = ReadingStatus.Incomplete, Problem = e };
        }
    }

    private async Task<IReadOnlyList<AccountGroup>> ReadAccountGroupsAsync(
        IAccountDirectory accounts, AccountCapabilities capabilities, SyncState state, CancellationToken cancellationToken)
    {
        if (!capabilities.Groups || (connection.AdditionalGroups.Count == 0 && state.GroupLinks.Count == 0))
            return Array.Empty<AccountGroup>();
        var listing = await accounts.ListGroupsAsync(cancellationToken).ConfigureAwait(false);
        if (!listing.IsComplete)
            throw new ConnectorException(ErrorId.AccountServerAnswerInvalid, connection.PasswordBossUri.Host, new Message("Doubt_IncompleteListing").Render());
        return listing.Groups;
    }

    private static async Task<RecoveredState> RecoverAsync(
        IDirectoryReader directory, SyncState state, AccountView view, GroupReading userGroup, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var users = new HashSet<string>(userGroup.Users.Select(u => u.Id), StringComparer.OrdinalIgnoreCase);
        var open = StateRecovery.RelinkCandidates(state, view).Select(a => a.ExternalId!).Where(id => !users.Contains(id)).ToList();
        if (open.Count > 0)
        {
            var lookups = await directory.LookUpUsersAsync(open, Array.Empty<string>(), cancellationToken).ConfigureAwait(false);
            users.UnionWith(lookups.Values.Where(l => l.Existence == UserExistence.Exists).Select(l => l.Id));
            var gone = lookups.Values.Where(l => l.Existence == UserExistence.Deleted).Select(l => l.Id).ToList();
            if (gone.Count > 0)
                users.UnionWith(await directory.FindDeletedUsersAsync(gone, cancellationToken).ConfigureAwait(false));
        }

        return StateRecovery.Recover(state, view, users, now);
    }

    private async Task<IReadOnlyDictionary<string, UserLookup>> VerifyAsync(IDirectoryReader directory, PlannerInput input, CancellationToken cancellationToken)
    {
        var nominated = new HashSet<string>(DesiredState.Nominate(input), StringComparer.OrdinalIgnoreCase);
        var memberships = GroupDecisions.Nominate(input);
        nominated.UnionWith(memberships.People);
        if (nominated.Count == 0)
            return input.Lookups;
        observer.Progress(connection.Name, new Message("Phase_Verify"), 0, nominated.Count);
        var groupIds = new List<string> { input.UserGroup.GroupId };
        groupIds.AddRange(memberships.Groups);
        return await directory.LookUpUsersAsync(nominated, groupIds, cancellationToken).ConfigureAwait(false);
    }

    private SyncReport Save(ISyncJournal journal, SyncState state)
    {
        var finished = report.Finish(factory.Clock.UtcNow);
        if (!approver.IsPreview)
            journal.SaveRun(report.RecordToKeep(state.Pause), report.HealthAfter(state.Health), report.PauseAfter(state.Pause), null);
        return finished;
    }

    private static List<PlannedAction> Writing(SyncPlan plan) => plan.Actions.Where(a => !a.Refused && a.Action is not (SyncAction.Conflict or SyncAction.Skip)).ToList();
}
