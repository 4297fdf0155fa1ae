using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Alerts;
using PasswordBoss.EntraConnector.Applications;
using PasswordBoss.EntraConnector.Checks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Fleet;
using PasswordBoss.EntraConnector.Links;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Reports;
using PasswordBoss.EntraConnector.Rules;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Scheduling;
using PasswordBoss.EntraConnector.Setup;
using PasswordBoss.EntraConnector.Sync.Decide;

namespace PasswordBoss.EntraConnector;

/// <summary>
/// All operations of the cmdlets. All members throw only <see cref="Errors.ConnectorException"/> and <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class ConnectorService : IDisposable
{
    private const int GroupsToChooseFrom = 5000;

    private readonly IConnectorFactory factory;
    private readonly Lazy<IStateStore> openStore;
    private readonly Lazy<SyncTasks> tasks;

    /// <summary>Creates the service.</summary>
    /// <param name="factory">Creates everything that reaches outside the process.</param>
    public ConnectorService(IConnectorFactory factory)
    {
        this.factory = factory;
        openStore = new Lazy<IStateStore>(factory.OpenStateStore, LazyThreadSafetyMode.PublicationOnly);
        tasks = new Lazy<SyncTasks>(() => new SyncTasks(factory, Store), LazyThreadSafetyMode.PublicationOnly);
    }

    private IStateStore Store => openStore.Value;

    private SyncTasks Tasks => tasks.Value;

    private ConnectionCatalog Catalog => new(Store);

    /// <summary>The names of all stored connections, for tab completion and for wildcards.</summary>
    public IReadOnlyList<string> ListNames() => Catalog.ListNames();

    /// <summary>The tags of all stored connections, for tab completion.</summary>
    public IReadOnlyList<string> ListTags() => Catalog.ListTags();

    /// <summary>The selected groups of a connection, from stored data without any request to a server.</summary>
    /// <param name="name">The connection.</param>
    public IReadOnlyList<PBSyncGroup> ListSelectedGroups(string name)
    {
        var connection = Catalog.Get(name);
        return (connection.UserGroup is { } user ? new[] { user } : []).Concat(connection.AdditionalGroups).Select(group => GroupViews.Render(connection, group)).ToList();
    }

    /// <summary>The addresses of known users of a connection that start with a text, from stored data; for tab completion.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="start">The text; empty for all.</param>
    /// <param name="limit">The maximum number of addresses.</param>
    public IReadOnlyList<string> FindUserAddresses(string name, string start, int limit)
    {
        using var journal = Store.OpenJournal(Catalog.Get(name).Id);
        return journal.FindUserAddresses(start, limit);
    }

    /// <summary>The addresses of linked accounts of a connection that start with a text, from stored data; for tab completion.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="start">The text; empty for all.</param>
    /// <param name="limit">The maximum number of addresses.</param>
    public IReadOnlyList<string> FindAccountAddresses(string name, string start, int limit)
    {
        using var journal = Store.OpenJournal(Catalog.Get(name).Id);
        return journal.FindAccountAddresses(start, limit);
    }

    /// <summary>
    /// The connections that a command refers to: the given ones (with wildcards expanded), otherwise the current one, otherwise the only one stored. A given name that
    /// is not stored is a separate error and does not affect the others. If the choice is ambiguous, throws an error that lists the stored names.
    /// </summary>
    /// <param name="names">The given names; null or empty for none.</param>
    /// <param name="current">The runspace's current connection; null if there is none.</param>
    /// <param name="tags">
    /// The tags, with wildcards: a connection must have one of them. Without names, all connections that have one are selected. Null for no restriction.
    /// </param>
    public SelectedConnections Select(IReadOnlyList<string>? names, string? current, IReadOnlyList<string>? tags = null) => Catalog.Select(names, tags, current);

    /// <summary>A stored connection.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="current">The runspace's current connection; null if there is none.</param>
    public PBConnection GetConnection(string name, string? current = null) => ConnectionViews.Render(Catalog.Get(name), current);

    /// <summary>Verifies and stores a new or changed connection. Stores nothing if anything fails.</summary>
    /// <param name="request">The input.</param>
    /// <param name="observer">Receives findings that do not prevent the connection.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    public async Task<PBConnection> ConnectAsync(ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionSetup(factory, Store, Catalog).ConnectAsync(request, observer, cancellationToken).ConfigureAwait(false);
        return ConnectionViews.Render(connection, connection.Name);
    }

    /// <summary>Verifies a new or changed connection as <see cref="ConnectAsync"/> does, and stores nothing.</summary>
    /// <param name="request">The input.</param>
    /// <param name="observer">Receives findings that do not prevent the connection.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    public async Task<PBConnection> VerifyAsync(ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionSetup(factory, Store, Catalog).VerifyAsync(request, observer, cancellationToken).ConfigureAwait(false);
        return ConnectionViews.Render(connection, null);
    }

    /// <summary>What <see cref="SetTags"/> would change; null if nothing. Refuses invalid tags.</summary>
    /// <param name="name">The name of the connection.</param>
    /// <param name="tags">The new tags.</param>
    public PBSettingDifference? CompareTags(string name, IReadOnlyList<string> tags)
    {
        var connection = Catalog.Get(name);
        return ConfigurationViews.Differences(connection, connection with { Tags = ConnectionTag.Validate(tags) }).SingleOrDefault();
    }

    /// <summary>Replaces the tags of a connection.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">The new tags; an empty list removes all.</param>
    /// <param name="current">The runspace's current connection; null if there is none.</param>
    public PBConnection SetTags(string name, IReadOnlyList<string> tags, string? current)
    {
        var connection = Catalog.Get(name) with { Tags = ConnectionTag.Validate(tags) };
        Store.SaveConnection(connection, null);
        return ConnectionViews.Render(connection, current);
    }

    /// <summary>Writes the settings of connections to a configuration file, without secrets.</summary>
    /// <param name="names">The connections.</param>
    /// <param name="path">The full path of the file.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    /// <returns>The problems of connections that cannot be read; they are not in the file.</returns>
    public IReadOnlyList<Problem> ExportConfiguration(IReadOnlyList<string> names, string path, bool overwrite)
    {
        var stored = names.Select(Store.FindConnection).OfType<StoredConnection>().ToList();
        factory.OpenConfiguration(path).Write(stored.Where(c => c.Damage is null).Select(c => ConnectionConfiguration.Of(c.Settings)).ToList(), overwrite);
        return stored.Select(c => c.Damage).OfType<DamagedConnection>().Select(damage => damage.ToError()).ToList();
    }

    /// <summary>Compares a configuration file with the stored connections. Throws if the file cannot be used as a whole.</summary>
    /// <param name="path">The full path of the file.</param>
    public IReadOnlyList<PlannedConfiguration> PlanImport(string path) => Import().Plan(factory.OpenConfiguration(path));

    /// <summary>Stores what <see cref="PlanImport"/> planned for one connection.</summary>
    /// <param name="planned">The plan.</param>
    /// <param name="observer">Receives warnings about rules.</param>
    public void Import(PlannedConfiguration planned, IRunObserver observer) => Import().Apply(planned, observer);

    /// <summary>Writes the whole state, with secrets, to a file that is encrypted under a passphrase.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="passphrase">The passphrase; a weak one is refused.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is refused.</param>
    public IReadOnlyList<PBBackup> Backup(string path, string passphrase, bool overwrite)
    {
        CheckBackup(path, passphrase, overwrite);
        var content = factory.OpenBackup(path).Write(passphrase, overwrite);
        return content.Connections.Select(connection => BackupViews.Written(content, connection, path)).ToList();
    }

    /// <summary>Checks the arguments of <see cref="Backup"/> without writing anything.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    public void CheckBackup(string path, string passphrase, bool overwrite)
    {
        BackupPassphrase.Validate(passphrase);
        Catalog.RequireAny();
        RequireWritablePath(path, overwrite);
    }

    /// <summary>Throws <see cref="ErrorId.FileUnusable"/> or <see cref="ErrorId.FileExists"/> if a command cannot write its file to a path. Writes nothing.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="overwrite">Whether an existing file is replaced.</param>
    public void RequireWritablePath(string path, bool overwrite) => factory.RequireWritablePath(path, overwrite);

    /// <summary>Opens a backup for a restore. Writes nothing. Throws if the file cannot be opened as a whole, or if the store is not empty.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="passphrase">The passphrase.</param>
    public StateRestore OpenBackup(string path, string passphrase) => new(factory.OpenBackup(path).Open(passphrase));

    /// <summary>The names of the restored connections that are not activated. Throws <see cref="ErrorId.NothingToActivate"/> if there are none.</summary>
    public IReadOnlyList<string> ListNotActivated()
    {
        var names = Store.ListConnections().Where(c => SummaryOf(c).Restored is { IsActive: false }).Select(c => c.Name).ToList();
        return names.Count > 0 ? names : throw new ConnectorException(Problems.NothingToActivate(Store.Location).About(Store.Location));
    }

    /// <summary>Activates a restored state: runs write again.</summary>
    /// <returns>The connections that were not activated before.</returns>
    public IReadOnlyList<PBRestoredConnection> Activate()
    {
        var activated = new List<PBRestoredConnection>();
        foreach (var name in Store.Activate())
        {
            if (Catalog.Find(name) is { } connection && SummaryOf(connection) is { Restored: { } origin } summary)
                activated.Add(BackupViews.Activated(connection, summary, origin));
        }

        return activated;
    }

    private ConnectionSummary SummaryOf(ConnectionSettings connection)
    {
        using var journal = Store.OpenJournal(connection.Id);
        return journal.Summarize();
    }

    private ConfigurationImport Import() => new(factory, Store, Catalog);

    /// <summary>Stores a sandbox connection, or returns the existing one with this name.</summary>
    /// <param name="name">Its name.</param>
    public PBConnection ConnectSandbox(string name)
    {
        var connection = new ConnectionSetup(factory, Store, Catalog).ConnectSandbox(name);
        return ConnectionViews.Render(connection, connection.Name);
    }

    /// <summary>Removes a connection, its secrets, its state and its task; accounts stay.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="releaseAccounts">Whether to mark its accounts and groups as managed by Password Boss first.</param>
    /// <param name="observer">Receives progress.</param>
    /// <param name="cancellationToken">Stops the release; nothing is removed then.</param>
    public async Task RemoveAsync(string name, bool releaseAccounts, IRunObserver observer, CancellationToken cancellationToken)
    {
        var stored = Catalog.GetStored(name);
        if (stored.Damage is { } damaged)
        {
            // The accounts to release, and their server, cannot be read.
            if (releaseAccounts)
                throw new ConnectorException(damaged.ToError());
            // No run can start with damaged settings, so there is no lock to take.
            Store.RemoveDamagedConnection(damaged);
            if (damaged.Id is { } id)
                RemoveTaskOf(TaskTarget.Of(damaged.Name, id));
            return;
        }

        var connection = stored.Settings;
        await new ConnectionRemoval(factory, Store, observer).RemoveAsync(connection, releaseAccounts, cancellationToken).ConfigureAwait(false);
        RemoveTaskOf(TaskTarget.Of(connection));
    }

    private void RemoveTaskOf(TaskTarget target)
    {
        try
        {
            Tasks.TryRemove(target);
        }
        catch (ConnectorException e) when (e.Id == ErrorId.SchedulerUnavailable)
        {
            // If no scheduler can be queried, none runs our task.
        }
    }

    /// <summary>
    /// Creates the application and the user group of a tenant, or finds and completes them; null under <c>-WhatIf</c>, and if a step was declined.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="approver">Approves each write.</param>
    /// <param name="observer">Receives progress, warnings, and the code of a device sign-in.</param>
    /// <param name="cancellationToken">Stops the setup. Completed steps are kept, and the next attempt continues from them.</param>
    public async Task<NewApplication?> CreateApplicationAsync(ApplicationRequest request, IStepApprover approver, IRunObserver observer, CancellationToken cancellationToken)
    {
        ApplicationChecks.Validate(request);
        using var directory = factory.OpenApplications(
            request.SignIn with { TenantId = request.TenantId }, text => observer.Warning(request.DisplayName, Texts.TextVerbatim(text)));
        var setup = new ApplicationSetup(directory, request, approver, observer, factory.Clock);
        var application = await setup.RunAsync(cancellationToken).ConfigureAwait(false);
        if (application is not null)
            await new FirstSignIn(factory, request, observer, factory.Clock).AwaitAsync(application, cancellationToken).ConfigureAwait(false);
        return application;
    }

    /// <summary>Runs all checks of a connection. A failed check does not throw.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="cancellationToken">Stops the checks.</param>
    public Task<IReadOnlyList<PBConnectionCheck>> TestAsync(string name, CancellationToken cancellationToken)
    {
        var stored = Catalog.GetStored(name);
        if (stored.Damage is not { } damaged)
            return new ConnectionChecks(factory, Store, Tasks, stored.Settings).RunAsync(cancellationToken);
        var list = new CheckList(damaged.Name);
        list.Fail("State", damaged.ToError());
        return Task.FromResult(list.Rows);
    }

    /// <summary>The selected groups, or the tenant's groups to select from.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="available">Whether to return the tenant's groups.</param>
    /// <param name="filter">A display name with wildcards; null for all.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<IReadOnlyList<PBSyncGroup>> GetGroupsAsync(string name, bool available, string? filter, CancellationToken cancellationToken)
    {
        var connection = Catalog.Get(name);
        using var directory = factory.OpenDirectory(connection, Store.ReadSecrets(connection));
        return available
            ? await new GroupChoice(directory, connection).ListAsync(filter, GroupsToChooseFrom, cancellationToken).ConfigureAwait(false)
            : await new GroupChoice(directory, connection).DescribeSelectedAsync(filter, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes the selected groups. Names are resolved only once; afterwards only the ids count.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="selection">The change.</param>
    /// <param name="approver">Sees the old and the new selection, and approves the change.</param>
    /// <param name="observer">Receives a warning if a new user group is empty or hidden.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>The selected groups; null if the change was not approved.</returns>
    public async Task<IReadOnlyList<PBSyncGroup>?> SetGroupsAsync(
        string name, GroupSelection selection, IStepApprover approver, IRunObserver observer, CancellationToken cancellationToken)
    {
        var connection = Catalog.Get(name);
        using var directory = factory.OpenDirectory(connection, Store.ReadSecrets(connection));
        var changed = await new GroupChoice(directory, connection).ApplyAsync(selection, cancellationToken).ConfigureAwait(false);
        if (changed.UserGroup is { } group && !EntraId.Same(group.Id, connection.UserGroup?.Id)
            && await UserGroupDoubt.FindAsync(directory, group, changed.IncludeNested, cancellationToken).ConfigureAwait(false) is { } doubt)
        {
            observer.Warning(connection.Name, doubt);
        }

        if (await new SettingsChange(Catalog, connection, changed).ApproveAsync(Texts.DoSetGroups, approver, cancellationToken).ConfigureAwait(false) is not { } current)
            return null;
        changed = SettingsChange.WithNewNames(changed, connection, current);
        changed = current with { UserGroup = changed.UserGroup, AdditionalGroups = changed.AdditionalGroups, IncludeNested = changed.IncludeNested };
        Store.SaveConnection(changed, null);
        return await new GroupChoice(directory, changed).DescribeSelectedAsync(null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The rules of a connection.</summary>
    /// <param name="name">The connection.</param>
    public PBSyncRule GetRules(string name) => ConnectionViews.RenderRules(Catalog.Get(name));

    /// <summary>Changes the rules. Refuses a rule that the Password Boss server does not support.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="change">Computes the new rules from the stored ones, or from the defaults if <paramref name="reset"/> is set.</param>
    /// <param name="reset">Whether to start from the defaults.</param>
    /// <param name="approver">Sees the old and the new values, and approves the change.</param>
    /// <param name="observer">Receives warnings, such as the one about business addresses.</param>
    /// <param name="cancellationToken">Stops the request to the server.</param>
    /// <returns>The rules; null if the change was not approved.</returns>
    public async Task<PBSyncRule?> SetRulesAsync(
        string name, Func<SyncRules, SyncRules> change, bool reset, IStepApprover approver, IRunObserver observer, CancellationToken cancellationToken)
    {
        var connection = Catalog.Get(name);
        var rules = change(reset ? SyncRules.Default : connection.Rules);
        RuleChecks.Validate(rules);
        if (RuleChecks.NeedsExtension(rules))
        {
            using var accounts = factory.OpenAccounts(connection, Store.ReadSecrets(connection));
            if (SafetyRules.Unsupported(rules, await accounts.DiscoverAsync(cancellationToken).ConfigureAwait(false)) is { } unsupported)
                throw new ConnectorException(unsupported);
        }

        foreach (var warning in RuleChecks.Warnings(connection.Rules, rules))
            observer.Warning(connection.Name, warning);
        var changed = connection with { Rules = rules };
        if (await new SettingsChange(Catalog, connection, changed).ApproveAsync(Texts.DoSetRules, approver, cancellationToken).ConfigureAwait(false) is not { } current)
            return null;
        changed = current with { Rules = rules.ChangedFrom(current.Rules, factory.Clock.UtcNow) };
        Store.SaveConnection(changed, null);
        return ConnectionViews.RenderRules(changed);
    }

    /// <summary>
    /// Checks the options before any run starts: <c>-Reapply</c> needs <c>-Full</c>, <c>-Force</c> needs one explicitly named, paused connection, and <c>-User</c>
    /// excludes all of them.
    /// </summary>
    /// <param name="names">The connections.</param>
    /// <param name="namedExplicitly">Whether the connection was named explicitly, and is not just the current or the only one.</param>
    /// <param name="options">The options.</param>
    public void CheckOptions(IReadOnlyList<string> names, bool namedExplicitly, SyncOptions options)
    {
        if (options.User is not null && (options.Full || options.Reapply || options.Force))
            throw new ConnectorException(Problems.UserNotAlone);
        if (options.Reapply && !options.Full)
            throw new ConnectorException(Problems.ReapplyNeedsFull);
        if (!options.Force)
            return;
        if (!namedExplicitly)
            throw new ConnectorException(Problems.ForceNeedsOnePausedConnection(Texts.ForceUnnamed));
        if (names.Count != 1)
            throw new ConnectorException(Problems.ForceNeedsOnePausedConnection(Texts.ForceSeveral(names.Count.ToString(CultureInfo.CurrentCulture))));
        if (!IsPausedOrUnknown(names[0]))
            throw new ConnectorException(Problems.ForceNeedsOnePausedConnection(Texts.ForceNotPaused(names[0])).About(names[0]));
    }

    // If the state cannot be read, the run reports that itself, with or without -Force.
    private bool IsPausedOrUnknown(string name)
    {
        try
        {
            return GetStatus(name).Status == ConnectorStatus.Paused;
        }
        catch (ConnectorException e) when (e.Id != ErrorId.ConnectionNotFound)
        {
            return true;
        }
    }

    /// <summary>Runs one connection. Failures and a cancellation are in the report and never thrown.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="approver">Approves the plan.</param>
    /// <param name="observer">Receives progress, warnings and details.</param>
    /// <param name="cancellationToken">Ends the run cleanly: completed work is saved, and the lock is released.</param>
    public Task<SyncReport> SyncAsync(string name, SyncOptions options, IPlanApprover approver, IRunObserver observer, CancellationToken cancellationToken) =>
        new ConnectionFleet(factory, Store, new ConnectionSelection(new[] { name }), onlyDue: false, options, approver, observer).Prepare(name, null).RunAsync(cancellationToken);

    /// <summary>Runs many connections and reports each when its run ends.</summary>
    /// <param name="selection">The connections.</param>
    /// <param name="fleet">How many at once, which of them, and for how long.</param>
    /// <param name="options">The options of each run.</param>
    /// <param name="approver">Approves the plans.</param>
    /// <param name="observer">Receives the reports, progress, warnings and details.</param>
    /// <param name="cancellationToken">Ends the runs cleanly. Connections that were not started yet stay as they are, and are not reported.</param>
    /// <returns>The connections that did not run.</returns>
    public async Task<WaitingConnections> SyncAllAsync(
        ConnectionSelection selection, FleetOptions fleet, SyncOptions options, IPlanApprover approver, IFleetObserver observer, CancellationToken cancellationToken)
    {
        var connections = new ConnectionFleet(factory, Store, selection, fleet.OnlyDue, options with { SpreadsFullRuns = fleet.OnlyDue }, approver, observer);
        var interval = (fleet.OnlyDue ? Tasks.FindInterval(OnlyOne(selection)) : null) ?? DueTime.UsualInterval;
        // An admin is prompted for one connection at a time.
        var slots = new RunSlots(approver.IsInteractive ? 1 : fleet.RunsAtOnce, freesSlots: !approver.IsInteractive);
        var logged = fleet.Log is null ? null : new LoggedRuns(observer, fleet.Log, factory.Workers);
        try
        {
            return await new RunCoordinator(connections, logged ?? observer, factory.Workers, factory.Clock, fleet, interval, slots).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (logged is not null)
                await logged.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs what is due, and reports each run when it ends, until it is stopped or the process should be restarted.</summary>
    /// <param name="selection">The connections.</param>
    /// <param name="watch">How they are watched.</param>
    /// <param name="approver">Approves the plans.</param>
    /// <param name="process">This process.</param>
    /// <param name="observer">Receives the reports, problems of the store, progress, warnings and details.</param>
    /// <param name="cancellationToken">Ends the runs cleanly. Connections that were not started yet stay as they are, and are not reported.</param>
    public Task WatchAsync(
        ConnectionSelection selection, WatchOptions watch, IPlanApprover approver, IWatchProcess process, IWatchObserver observer, CancellationToken cancellationToken)
    {
        var interval = watch.Interval ?? Tasks.FindInterval(OnlyOne(selection)) ?? DueTime.UsualInterval;
        return new ConnectionWatch(factory, Store, approver, process, observer).RunAsync(selection, watch, interval, cancellationToken);
    }

    /// <summary>Opens the current process as one that watches connections.</summary>
    /// <param name="moduleFolder">The folder of the module.</param>
    public IWatchProcess OpenWatchProcess(string moduleFolder) => factory.OpenWatchProcess(moduleFolder);

    /// <summary>Opens a log for <see cref="FleetOptions.Log"/>. Throws <see cref="ErrorId.FileUnusable"/> if it cannot be written.</summary>
    /// <param name="path">The full path.</param>
    public IRunLog OpenLog(string path) => factory.OpenLog(path);

    // A connection may have a task of its own.
    private ConnectionSettings? OnlyOne(ConnectionSelection selection) =>
        selection.Names.Count == 1 && Store.FindConnection(selection.Names[0]) is { Damage: null } stored ? stored.Settings : null;

    /// <summary>
    /// Detects what changed in the condition of all connections, and delivers alerts. Called once at the end of a command that syncs, after its results. It takes at
    /// most half a minute, and a failure is only a warning.
    /// </summary>
    /// <param name="observer">Receives warnings about alerts that were not delivered.</param>
    /// <param name="cancellationToken">Ends the delivery. Events that were not delivered are sent later.</param>
    public Task DeliverAlertsAsync(IRunObserver observer, CancellationToken cancellationToken) =>
        new AlertDelivery(factory, Store.Alerts, observer).RunAsync(cancellationToken);

    /// <summary>The connections that an alert for one name is about.</summary>
    /// <param name="name">The connection; <c>*</c> for all.</param>
    public AlertScope ScopeOf(string name) => name == AlertScope.AllName ? AlertScope.All : AlertScope.Of(Catalog.Get(name));

    /// <summary>Registers an alert, or changes the existing one with the same scope and address. Nothing is sent.</summary>
    /// <param name="scope">The connections that it is about.</param>
    /// <param name="address">The address of the receiver.</param>
    /// <param name="settings">What it reports; the host follows from the address.</param>
    public PBAlert RegisterAlert(AlertScope scope, string address, AlertSettings settings) => AlertViews.Render(AlertSetup.Register(scope, address, settings));

    /// <summary>All alerts.</summary>
    public IReadOnlyList<PBAlert> ListAlerts() => Store.Alerts.List().Select(AlertViews.Render).ToList();

    /// <summary>The alerts that are about a connection: its own, those for its tags, and those for all connections.</summary>
    /// <param name="name">The connection.</param>
    public IReadOnlyList<PBAlert> ListAlerts(string name)
    {
        var stored = Catalog.GetStored(name);
        var alerts = Store.Alerts.List();
        var covering = stored.Damage is { } damage
            ? alerts.Where(a => a.Scope.Covers(damage.Id, []))
            : alerts.Where(a => a.Scope.Covers(stored.Settings.Id, stored.Settings.Tags));
        return covering.Select(AlertViews.Render).ToList();
    }

    /// <summary>The alerts that are about exactly these connections. Throws <see cref="ErrorId.AlertNotFound"/> if there is none.</summary>
    /// <param name="scope">The connections.</param>
    public IReadOnlyList<PBAlert> FindAlerts(AlertScope scope) => AlertSetup.Get(scope).Select(AlertViews.Render).ToList();

    /// <summary>One alert. Throws <see cref="ErrorId.AlertNotFound"/> if there is none.</summary>
    /// <param name="id">Its id.</param>
    public PBAlert GetAlert(Guid id) => AlertViews.Render(AlertSetup.Get(id));

    /// <summary>Removes an alert with the events that were not delivered.</summary>
    /// <param name="id">The alert.</param>
    public void RemoveAlert(Guid id) => Store.Alerts.Remove(id);

    /// <summary>Sends a test event to receivers, once each and several at a time.</summary>
    /// <param name="ids">The alerts.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>The results in the order of the alerts. An alert that was removed has none.</returns>
    public async Task<IReadOnlyList<PBAlertCheck>> TestAlertsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        var alerts = Store.Alerts.List().ToDictionary(alert => alert.Id);
        var tested = ids.Where(alerts.ContainsKey).Select(id => alerts[id]).ToList();
        return await BoundedParallel.SelectAsync(tested, AlertDelivery.ReceiversAtOnce, alert => TestAsync(alert, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<PBAlertCheck> TestAsync(AlertRegistration alert, CancellationToken cancellationToken)
    {
        var begunAt = factory.Clock.UtcNow;
        try
        {
            var response = await AlertSetup.TestAsync(alert, cancellationToken).ConfigureAwait(false);
            return AlertViews.Render(alert, response, factory.Clock.UtcNow - begunAt);
        }
        catch (ConnectorException e)
        {
            return AlertViews.Render(alert, e.Problem);
        }
    }

    private AlertSetup AlertSetup => new(Store.Alerts, factory);

    /// <summary>The status of a connection, from stored data without any request to a server.</summary>
    /// <param name="name">The connection.</param>
    public PBConnectorStatus GetStatus(string name) => new ConnectionStatuses(Store, Tasks, factory.Clock, isForMany: false).Of(Catalog.GetStored(name));

    /// <summary>The status of connections, from stored data without any request to a server.</summary>
    /// <param name="names">The connections.</param>
    public ConnectorStatuses GetStatuses(IReadOnlyList<string> names)
    {
        var (found, problems) = ReadStatuses(names);
        return new ConnectorStatuses(found.Select(f => f.Status).ToList(), problems);
    }

    /// <summary>Writes metrics of connections to a file, in the text format of Prometheus. An existing file is replaced.</summary>
    /// <param name="names">The connections.</param>
    /// <param name="path">The full path of the file.</param>
    /// <returns>The problems of connections whose state cannot be read; they are not in the file.</returns>
    public IReadOnlyList<Problem> ExportMetrics(IReadOnlyList<string> names, string path)
    {
        var (found, problems) = ReadStatuses(names);
        factory.ReplaceFile(path, MetricText.Of(found.Select(f => (f.Status, f.Summary)).ToList(), factory.Clock.UtcNow));
        return problems;
    }

    /// <summary>Writes a report about connections to a file. Throws before anything is read if the file exists or cannot be written.</summary>
    /// <param name="names">The connections.</param>
    /// <param name="request">What the report contains, and its file.</param>
    /// <returns>The problems of connections whose state cannot be read; they are not in the file.</returns>
    public IReadOnlyList<Problem> ExportReport(IReadOnlyList<string> names, ReportRequest request)
    {
        Catalog.RequireAny();
        using var file = request.IsTable
            ? factory.OpenReportTable(request.Path, request.Overwrite)
            : factory.OpenReportPage(request.Path, request.Overwrite, ReportWording.Render());
        var (found, problems) = ReadStatuses(names);
        new ReportContent(Store, request, factory.Clock.UtcNow).Write(file, found);
        return problems;
    }

    private (IReadOnlyList<ReportedConnection> Found, IReadOnlyList<Problem> Problems) ReadStatuses(IReadOnlyList<string> names)
    {
        var statuses = new ConnectionStatuses(Store, Tasks, factory.Clock, isForMany: names.Count > 1);
        var found = new List<ReportedConnection>();
        var problems = new List<Problem>();
        foreach (var name in names)
        {
            try
            {
                found.Add(ReadStatus(statuses, Catalog.GetStored(name)));
            }
            catch (ConnectorException e)
            {
                problems.Add(e.Problem.Target is null ? e.Problem.About(name) : e.Problem);
            }
        }

        return (found, problems);
    }

    // A connection whose status cannot be read is listed as damaged: a list without it would look as if it were removed.
    private static ReportedConnection ReadStatus(ConnectionStatuses statuses, StoredConnection stored)
    {
        if (stored.Damage is not null)
            return new ReportedConnection(null, statuses.Of(stored), null);
        try
        {
            return new ReportedConnection(stored.Settings.Id, statuses.Of(stored), statuses.SummaryOf(stored.Settings));
        }
        catch (ConnectorException e) when (e.Id == ErrorId.StoredTextDamaged)
        {
            return new ReportedConnection(stored.Settings.Id, StatusReport.Of(stored.Settings, e.Problem), null);
        }
    }

    /// <summary>Registers a task that syncs a connection, or changes the existing one.</summary>
    /// <param name="name">The connection; <c>*</c> for one task that syncs all connections that are stored when it runs.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="program">The program of the task.</param>
    /// <param name="observer">Receives a warning if the task does not always run.</param>
    public PBSyncTask RegisterTask(string name, TimeSpan interval, TaskProgram program, IRunObserver observer) =>
        Tasks.Register(TargetOf(name), interval, program, observer);

    /// <summary>The tasks that sync a connection: its own, and the one for all connections.</summary>
    /// <param name="name">The connection.</param>
    public IReadOnlyList<PBSyncTask> FindTasks(string name) =>
        new[] { Tasks.FindOwn(Catalog.Get(name)), Tasks.FindForAll() }.OfType<PBSyncTask>().ToList();

    /// <summary>Removes a task. Throws <see cref="ErrorId.TaskNotFound"/> if there is none.</summary>
    /// <param name="name">The connection; <c>*</c> for the task that syncs all connections.</param>
    public void RemoveTask(string name) => Tasks.Remove(TargetOf(name));

    /// <summary>The latest runs, newest first. Each is read when it is asked for, because a long history does not fit in memory.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="last">The maximum number of runs.</param>
    /// <param name="since">Only runs that started at or after this time; null for all.</param>
    public IEnumerable<PBSyncResult> GetHistory(string name, int last, DateTimeOffset? since)
    {
        var connection = Catalog.Get(name);
        using var journal = Store.OpenJournal(connection.Id);
        foreach (var run in journal.ReadRuns(last, since))
            yield return RunViews.Render(connection.Name, connection.TenantId, run);
    }

    /// <summary>The accounts of Password Boss.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public async Task<IReadOnlyList<PBUser>> GetUsersAsync(string name, CancellationToken cancellationToken)
    {
        var connection = Catalog.Get(name);
        using var accounts = factory.OpenAccounts(connection, Store.ReadSecrets(connection));
        return await new AccountList(accounts, connection.Name).ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The accounts that no user explains: they are not linked, here or in another connection, and no member of the user group has their address or external ID. Reads both sides
    /// as a full run with <c>-WhatIf</c> does. Throws if one cannot be read completely.
    /// </summary>
    /// <param name="name">The connection.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<PBUser>> GetUnmatchedUsersAsync(string name, IRunObserver observer, CancellationToken cancellationToken)
    {
        var connection = Catalog.Get(name);
        var secrets = Store.ReadSecrets(connection);
        using var directory = factory.OpenDirectory(connection, secrets);
        using var accounts = factory.OpenAccounts(connection, secrets);
        using var journal = Store.OpenJournal(connection.Id);
        var unmatched = await UnmatchedParties.ReadAsync(connection, directory, accounts, journal, factory.Clock, observer, cancellationToken).ConfigureAwait(false);
        return await new AccountList(accounts, connection.Name).ReadUnmatchedAsync(unmatched, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The users of the user group without an account, each with the reason. Reads both sides as <see cref="GetUnmatchedUsersAsync"/> does.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="observer">Receives the progress.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<PBMissingLink>> GetMissingLinksAsync(string name, IRunObserver observer, CancellationToken cancellationToken)
    {
        var connection = Catalog.Get(name);
        var secrets = Store.ReadSecrets(connection);
        using var directory = factory.OpenDirectory(connection, secrets);
        using var accounts = factory.OpenAccounts(connection, secrets);
        using var journal = Store.OpenJournal(connection.Id);
        var unmatched = await UnmatchedParties.ReadAsync(connection, directory, accounts, journal, factory.Clock, observer, cancellationToken).ConfigureAwait(false);
        return unmatched.UsersWithoutAccount().ToList();
    }

    /// <summary>The links of a connection, from stored data without any request to a server. Removed links are not included.</summary>
    /// <param name="name">The connection.</param>
    public IReadOnlyList<PBLink> GetLinks(string name)
    {
        var connection = Catalog.Get(name);
        using var journal = Store.OpenJournal(connection.Id);
        return LinkList.Read(connection, journal, journal.Load(factory.Clock.UtcNow).Links).Select(l => l.Shown).ToList();
    }

    /// <summary>
    /// Links a user to an account by hand, regardless of who manages the account. Throws without any change if the user or the account is not found or
    /// ambiguous, if the account is linked to another user, or if a run is in progress.
    /// </summary>
    /// <param name="name">The connection.</param>
    /// <param name="user">The object id, the address or the user principal name of the user.</param>
    /// <param name="account">The server's id or the address of the account.</param>
    /// <param name="approver">Sees both sides and approves the write.</param>
    /// <param name="observer">Receives a warning if the user is disabled or not in the user group.</param>
    /// <param name="cancellationToken">Stops the reads and the write.</param>
    /// <returns>The link, even if it already existed; null if it was not approved.</returns>
    public Task<PBLink?> SetLinkAsync(string name, string user, string account, IStepApprover approver, IRunObserver observer, CancellationToken cancellationToken) =>
        new ManualLinks(factory, Store, Catalog.Get(name), approver).SetAsync(user, account, observer, cancellationToken);

    /// <summary>Removes links by hand. Writes nothing to Password Boss. No rule applies to the account any more.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="user">The object id or the address of the user; null if only the account is given.</param>
    /// <param name="account">The server's id or the address of the account; null if only the user is given.</param>
    /// <param name="approver">Sees both sides and approves each removal.</param>
    /// <param name="cancellationToken">Stops the prompts.</param>
    /// <returns>The removed links.</returns>
    public Task<IReadOnlyList<PBLink>> RemoveLinksAsync(string name, string? user, string? account, IStepApprover approver, CancellationToken cancellationToken) =>
        new ManualLinks(factory, Store, Catalog.Get(name), approver).RemoveAsync(user, account, cancellationToken);

    /// <summary>Opens the embedded tenant of a sandbox connection, to change it.</summary>
    /// <param name="name">The connection.</param>
    public ISandboxTenant OpenSandbox(string name)
    {
        var connection = Catalog.Get(name);
        return connection.IsSandbox ? factory.OpenSandbox(connection) : throw new ConnectorException(Problems.NotASandbox(connection.Name));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (openStore.IsValueCreated)
            openStore.Value.Dispose();
    }

    private TaskTarget TargetOf(string name) => name == TaskTarget.All ? TaskTarget.AllOf(Store.Location) : TaskTarget.Of(Catalog.Get(name));
}
