using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Execution;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Planning;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.MonoSmoke;

/// <summary>A run that creates, and one that finds nothing to do. Says <c>runtime|outcome|created|outcome|created</c> and which assemblies were loaded.</summary>
internal static class SandboxSync
{
    internal static int Run(Assembly cmdlets)
    {
        // The way of the commands themselves: it chooses the set of this edition and registers the resolver.
        var factory = (IConnectorFactory)cmdlets.GetType("PasswordBoss.EntraConnector.Loading.ConnectorFactory", throwOnError: true)!
            .GetMethod("Get", BindingFlags.NonPublic | BindingFlags.Static)!
            .Invoke(null, null)!;
        using var service = new ConnectorService(factory);
        service.ConnectSandbox("Box");
        var first = Sync(service);
        var second = Sync(service);
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture, "SYNC {0} {1} {2} {3}", first.Result.Outcome, first.Result.Created, second.Result.Outcome, second.Result.Created));
        foreach (var error in first.Errors)
            Console.WriteLine("ERROR " + error.Message);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            Console.WriteLine("ASSEMBLY " + assembly.Location);
        return 0;
    }

    private static SyncReport Sync(ConnectorService service) =>
        service.SyncAsync("Box", new SyncOptions(), new Approval(), new Silence(), CancellationToken.None).GetAwaiter().GetResult();

    private sealed class Approval : IPlanApprover
    {
        public bool IsPreview => false;

        public bool IsInteractive => false;

        public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedAction> actions, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<string>>(actions.Select(action => action.Key).ToList());
    }

    private sealed class Silence : IRunObserver
    {
        public void Progress(string connection, Message activity, int done, int total)
        {
            // The report tells enough.
        }

        public void Warning(string connection, Message warning)
        {
            // The report tells enough.
        }

        public void Detail(string connection, Message detail)
        {
            // The report tells enough.
        }
    }
}
