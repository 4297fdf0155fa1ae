using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Sandbox;
using PasswordBoss.EntraConnector.Setup;

namespace PasswordBoss.EntraConnector.MonoSmoke;

/// <summary>A run that creates accounts, and one without changes. Prints <c>runtime|outcome|created|outcome|created</c> and the loaded assemblies.</summary>
internal static class Sync
{
    internal static int Run(Assembly cmdlets, string[] server)
    {
        // Loads as the commands do: this selects the set of this edition and registers the resolver.
        var factory = (IConnectorFactory)cmdlets.GetType("PasswordBoss.EntraConnector.Loading.ConnectorFactory", throwOnError: true)!
            .GetMethod("Get", BindingFlags.NonPublic | BindingFlags.Static)!
            .Invoke(null, null)!;
        using var service = new ConnectorService(factory);
        if (server.Length == 0)
            service.ConnectSandbox("Box");
        else
            Connect(service, server);
        var first = Run(service);
        var second = Run(service);
        Console.WriteLine(string.Format(
            CultureInfo.InvariantCulture, "SYNC {0} {1} {2} {3}", first.Result.Outcome, first.Result.Created, second.Result.Outcome, second.Result.Created));
        foreach (var error in first.Errors)
            Console.WriteLine("ERROR " + error.Render());
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
            Console.WriteLine("ASSEMBLY " + assembly.Location);
        return 0;
    }

    private static void Connect(ConnectorService service, string[] server)
    {
        Trust(Encoding.ASCII.GetBytes(server[3]));
        var request = new ConnectRequest
        {
            Name = "Box",
            TenantId = SandboxCredentials.TenantId,
            ClientId = SandboxCredentials.ClientId,
            Credentials = [CredentialKind.ClientSecret],
            ClientSecret = SandboxCredentials.ClientSecret,
            AuthorityHost = new Uri(server[0]),
            GraphEndpoint = new Uri(server[1]),
            PasswordBossUri = new Uri(server[2]),
            PasswordBossToken = SandboxCredentials.PasswordBossToken,
            UserGroup = SandboxCredentials.UserGroupId,
        };
        service.ConnectAsync(request, new Silence(), CancellationToken.None).GetAwaiter().GetResult();
    }

    // Mono has its own store of trusted roots, with another API than on Windows.
    private static void Trust(byte[] authority)
    {
        var mono = Assembly.Load("Mono.Security, Version=4.0.0.0, Culture=neutral, PublicKeyToken=0738eb9f132ed756");
        var stores = mono.GetType("Mono.Security.X509.X509StoreManager", throwOnError: true)!.GetProperty("NewCurrentUser")!.GetValue(null)!;
        var roots = stores.GetType().GetProperty("TrustedRoot")!.GetValue(stores)!;
        var certificate = Activator.CreateInstance(mono.GetType("Mono.Security.X509.X509Certificate", throwOnError: true)!, authority)!;
        roots.GetType().GetMethod("Import", new[] { certificate.GetType() })!.Invoke(roots, new[] { certificate });
    }

    private static SyncReport Run(ConnectorService service) =>
        service.SyncAsync("Box", new SyncOptions(), new Approval(), new Silence(), CancellationToken.None).GetAwaiter().GetResult();

    private sealed class Approval : IPlanApprover
    {
        public bool IsPreview => false;

        public bool IsInteractive => false;

        public Task<IReadOnlyCollection<string>> ApproveAsync(string connection, IReadOnlyList<PlannedChange> actions, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyCollection<string>>(actions.Select(action => action.Key).ToList());
    }

    private sealed class Silence : IRunObserver
    {
        public void Progress(string connection, Message activity, int done, int total)
        {
            // The result contains everything that the test needs.
        }

        public void Warning(string connection, Message warning)
        {
            // The result contains everything that the test needs.
        }

        public void Detail(string connection, Message detail)
        {
            // The result contains everything that the test needs.
        }
    }
}
