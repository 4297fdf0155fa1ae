using System;
using System.Threading;
using System.Threading.Tasks;
using Azure.Core;
using Azure.Identity;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Entra;

/// <summary>How an admin signs in: an existing access token, a code for a browser on another device, or a browser on this machine. No token is stored on disk.</summary>
internal static class AdminCredential
{
    // Only the permissions that are needed (https://learn.microsoft.com/graph/permissions-reference).
    private static readonly string[] Permissions = ["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Group.ReadWrite.All"];

    // A desktop sets one of the first two. Windows Subsystem for Linux opens the browser of Windows.
    private static readonly string[] DesktopVariables = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"];

    /// <summary>The scopes in the form that the Graph of a cloud expects.</summary>
    /// <param name="environment">The cloud.</param>
    public static string[] ScopesOf(EntraEnvironment environment)
    {
        var resource = CloudEndpoints.Of(environment).GraphEndpoint.GetLeftPart(UriPartial.Authority);
        return Array.ConvertAll(Permissions, permission => resource + "/" + permission);
    }

    /// <summary>Creates the credential; nothing is sent yet.</summary>
    /// <param name="signIn">How the admin signs in.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="transport">Reaches the sign-in host.</param>
    /// <param name="show">Shows what the admin must do: enter a code, or use the browser that opens.</param>
    /// <param name="time">The clock of this machine.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.AdminSignInFailed"/>: no browser can be used here.</exception>
    public static ApplicationCredential Create(AdminSignIn signIn, string tenant, SignInTransport transport, Action<string> show, TimeProvider time)
    {
        if (signIn.AccessToken is { } token)
            return new ApplicationCredential(new GivenToken(token, time), null, null);
        if (signIn.UseDeviceCode)
        {
            return new ApplicationCredential(new DeviceCodeCredential(ApplicationCredential.Over(transport, new DeviceCodeCredentialOptions
            {
                ClientId = signIn.ClientId,
                TenantId = tenant,
                DisableInstanceDiscovery = true,
                DeviceCodeCallback = (code, _) =>
                {
                    show(code.Message);
                    return Task.CompletedTask;
                },
            })), null, null);
        }

        if (!HasDesktop(Platform.IsLinux, Environment.GetEnvironmentVariable))
            throw new ConnectorException(Problems.AdminSignInFailed(Texts.SignInNoDesktop));
        // The credential reports neither that it waits nor that no browser has opened. Without a tenant, the admin signs in to their own, and the text shows the host.
        show(Texts.SignInBrowser(signIn.TenantId ?? transport.AuthorityHostForLibrary.Host).Render());
        return new ApplicationCredential(new InteractiveBrowserCredential(ApplicationCredential.Over(transport, new InteractiveBrowserCredentialOptions
        {
            ClientId = signIn.ClientId,
            TenantId = tenant,
            DisableInstanceDiscovery = true,
        })), null, null);
    }

    /// <summary>Whether a user of this session can see a browser. Without one, the credential would wait forever: in a service, a SYSTEM task or an SSH session.</summary>
    /// <param name="isLinux">Whether this machine runs Linux.</param>
    /// <param name="variable">Reads an environment variable.</param>
    internal static bool HasDesktop(bool isLinux, Func<string, string?> variable) =>
        Environment.UserInteractive && (!isLinux || Array.Exists(DesktopVariables, name => !string.IsNullOrEmpty(variable(name))));

    /// <summary>An access token that was obtained elsewhere.</summary>
    private sealed class GivenToken : TokenCredential
    {
        private readonly AccessToken token;

        public GivenToken(string token, TimeProvider time) => this.token = new AccessToken(token, AccessTokenFacts.ExpiryOf(token) ?? time.GetUtcNow().AddHours(1));

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => token;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(token);
    }
}
