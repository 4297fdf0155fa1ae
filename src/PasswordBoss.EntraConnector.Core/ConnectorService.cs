using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Connections;
using PasswordBoss.EntraConnector.Execution;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Rules;

namespace PasswordBoss.EntraConnector;

/// <summary>
/// Everything that the cmdlets can ask for. All members throw <see cref="Errors.ConnectorException"/> and <see cref="OperationCanceledException"/> only.
/// </summary>
public sealed class ConnectorService : IDisposable
{
    /// <summary>Creates the service.</summary>
    /// <param name="factory">What touches the outside world.</param>
    public ConnectorService(IConnectorFactory factory) => throw new NotImplementedException();

    /// <summary>The names of all stored connections, for completion and for wildcards.</summary>
    public IReadOnlyList<string> ListNames() => throw new NotImplementedException();

    /// <summary>
    /// The names that a command means: the given ones (wildcards expanded), else the current one, else the only one stored. Throws an error that lists the
    /// names there are, when one that was named without wildcards is missing or when the choice is open.
    /// </summary>
    /// <param name="names">What was given; null or empty for nothing.</param>
    /// <param name="current">The runspace's current connection; null when there is none.</param>
    public IReadOnlyList<string> Resolve(IReadOnlyList<string>? names, string? current) => throw new NotImplementedException();

    /// <summary>A stored connection.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="current">The runspace's current connection; null when there is none.</param>
    public PBConnection GetConnection(string name, string? current = null) => throw new NotImplementedException();

    /// <summary>Verifies and stores a connection, new or changed. Nothing is stored when anything fails.</summary>
    /// <param name="request">What was given.</param>
    /// <param name="observer">Hears warnings.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    public Task<PBConnection> ConnectAsync(ConnectRequest request, IRunObserver observer, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Stores a sandbox connection, or finds the one of this name.</summary>
    /// <param name="name">Its name.</param>
    public PBConnection ConnectSandbox(string name) => throw new NotImplementedException();

    /// <summary>Forgets a connection, its secrets and its state; accounts stay.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="releaseAccounts">Mark its accounts and groups as managed by Password Boss first.</param>
    /// <param name="observer">Hears progress.</param>
    /// <param name="cancellationToken">Stops the release; then nothing is forgotten.</param>
    public Task RemoveAsync(string name, bool releaseAccounts, IRunObserver observer, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Checks the whole chain. Never throws for a failed check.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="cancellationToken">Stops the checks.</param>
    public Task<IReadOnlyList<PBConnectionCheck>> TestAsync(string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The selected groups, or the groups of the tenant to choose from.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="available">Whether the tenant's groups are wanted.</param>
    /// <param name="filter">A display name with wildcards; null for all.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public Task<IReadOnlyList<PBSyncGroup>> GetGroupsAsync(string name, bool available, string? filter, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Changes the selected groups. Names are resolved once; the ids are kept.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="selection">The change.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public Task<IReadOnlyList<PBSyncGroup>> SetGroupsAsync(string name, GroupSelection selection, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The rules of a connection.</summary>
    /// <param name="name">The connection.</param>
    public PBSyncRule GetRules(string name) => throw new NotImplementedException();

    /// <summary>Changes the rules. A rule that the Password Boss server cannot express is refused.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="change">From the stored rules to the new ones; starts from the defaults when <paramref name="reset"/> is set.</param>
    /// <param name="reset">Whether to start from the defaults.</param>
    /// <param name="observer">Hears warnings, such as the one about business addresses.</param>
    /// <param name="cancellationToken">Stops the question to the server.</param>
    public Task<PBSyncRule> SetRulesAsync(string name, Func<SyncRules, SyncRules> change, bool reset, IRunObserver observer, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// Checks the options against the connections before anything runs: <c>-Reapply</c> needs <c>-Full</c>, <c>-Force</c> one named, paused connection.
    /// </summary>
    /// <param name="names">The connections.</param>
    /// <param name="namedExplicitly">Whether the connection was named, and not merely the current or only one.</param>
    /// <param name="options">The options.</param>
    public void CheckOptions(IReadOnlyList<string> names, bool namedExplicitly, SyncOptions options) => throw new NotImplementedException();

    /// <summary>Runs one connection. Failures are told by the report, never thrown; not even cancellation.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="options">What was asked.</param>
    /// <param name="approver">Approves the plan.</param>
    /// <param name="observer">Hears progress, warnings and details.</param>
    /// <param name="cancellationToken">Ends the run cleanly: finished work is saved, the lock released.</param>
    public Task<SyncReport> SyncAsync(string name, SyncOptions options, IPlanApprover approver, IRunObserver observer, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>How a connection is, from what is stored; asks no server.</summary>
    /// <param name="name">The connection.</param>
    public PBConnectorStatus GetStatus(string name) => throw new NotImplementedException();

    /// <summary>The latest runs, newest first.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="last">The largest number of runs.</param>
    /// <param name="since">Runs that started at or after this time; null for all.</param>
    public IReadOnlyList<PBSyncResult> GetHistory(string name, int last, DateTimeOffset? since) => throw new NotImplementedException();

    /// <summary>The accounts of Password Boss.</summary>
    /// <param name="name">The connection.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public Task<IReadOnlyList<PBUser>> GetUsersAsync(string name, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Opens the embedded tenant of a sandbox connection, to change it.</summary>
    /// <param name="name">The connection.</param>
    public ISandboxTenant OpenSandbox(string name) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
