using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.MonoSmoke;

/// <summary>
/// Loads the assemblies for Windows PowerShell as Windows PowerShell does, by path and with the module's own resolver, and syncs a sandbox or a server.
/// Arguments: the module folder, and for a server its addresses for sign-in, Graph and Password Boss and the authority to trust, as PEM; or the module
/// folder and <c>addresses</c>, for the table of addresses.
/// </summary>
internal static class Program
{
    // Assemblies of .NET Framework that the set requires, and that a distribution may package separately from mono.
    private static readonly string[] Needed =
    [
        "System", "System.Core", "System.Data", "System.IO.Compression", "System.Net.Http", "System.Numerics", "System.Runtime.Serialization", "System.Security",
        "System.Transactions", "System.Xml", "System.Xml.Linq",
    ];

    private static int Main(string[] args)
    {
        var missing = Needed.Where(name => !CanLoad(name)).ToList();
        if (missing.Count > 0)
        {
            Console.WriteLine(string.Join(", ", missing));
            return 3;
        }

        var shared = Path.Combine(args[0], "shared");
        var core = Assembly.LoadFrom(Path.Combine(shared, "PasswordBoss.EntraConnector.Core.dll"));

        // Only this program needs it, because it was compiled against Core and has no copy.
        AppDomain.CurrentDomain.AssemblyResolve += (_, request) =>
            request.RequestingAssembly == typeof(Program).Assembly && new AssemblyName(request.Name).Name == core.GetName().Name ? core : null;
        if (args.Length == 2 && args[1] == "addresses")
            return Addresses.Run();
        return Sync.Run(Assembly.LoadFrom(Path.Combine(shared, "PasswordBoss.EntraConnector.Cmdlets.dll")), args.Skip(1).ToArray());
    }

    private static bool CanLoad(string name)
    {
        try
        {
            // Assemblies of .NET Framework 4 are signed with one of two keys. With a partial name, mono finds both.
#pragma warning disable CS0618
            return Assembly.LoadWithPartialName(name) is not null;
#pragma warning restore CS0618
        }
        catch (IOException)
        {
            return false;
        }
    }
}
