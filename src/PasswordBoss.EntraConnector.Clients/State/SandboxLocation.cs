using System;
using System.IO;
using PasswordBoss.EntraConnector.Clients.Files;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The files of embedded tenants, in the state folder.</summary>
internal static class SandboxLocation
{
    /// <summary>The file of a sandbox connection.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="connectionId">The connection.</param>
    public static string PathOf(StateLocation location, Guid connectionId) => Path.Combine(location.SandboxFolder, connectionId.ToString("N") + ".json");
}
