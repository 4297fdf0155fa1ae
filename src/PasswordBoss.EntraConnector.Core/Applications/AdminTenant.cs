using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>Finds out in which tenant an admin works, before anything is written: a token works in its own tenant, whatever tenant was named.</summary>
internal sealed class AdminTenant
{
    private readonly IApplicationDirectory directory;
    private readonly ApplicationRequest request;
    private readonly DateTimeOffset now;

    public AdminTenant(IApplicationDirectory directory, ApplicationRequest request, DateTimeOffset now)
    {
        this.directory = directory;
        this.request = request;
        this.now = now;
    }

    /// <summary>Signs in, refuses a token that cannot be meant, and gives the id of the tenant.</summary>
    /// <exception cref="ConnectorException">
    /// <see cref="ErrorId.AdminTokenUnusable"/>, <see cref="ErrorId.AdminOfOtherTenant"/>, <see cref="ErrorId.TenantUnknown"/>, and all that a sign-in can meet.
    /// </exception>
    public async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        var facts = await directory.SignInAsync(cancellationToken).ConfigureAwait(false);
        if (request.SignIn.AccessToken is not null)
            Check(facts);
        if (request.TenantId is not { } named)
            return facts.TenantId ?? throw new ConnectorException(ErrorId.TenantUnknown, "?", new Message("Obstacle_TokenWithoutTenant").Render());

        var isId = Guid.TryParse(named, out var id);
        var wanted = isId ? id.ToString("D") : await directory.ResolveTenantAsync(named, cancellationToken).ConfigureAwait(false);
        // A token that does not say is one that the sign-in host gave for the tenant that was named.
        if (facts.TenantId is null || string.Equals(facts.TenantId, wanted, StringComparison.OrdinalIgnoreCase))
            return wanted;
        throw new ConnectorException(ErrorId.AdminOfOtherTenant, facts.TenantId, isId ? named : named + " (" + wanted + ")") { Target = named };
    }

    // Graph would refuse the first two as well, with a code that says less.
    private void Check(SignInFacts facts)
    {
        if (facts.TenantId is null)
            throw Unusable("Token_NotOfEntra");
        if (facts.ExpiresOn <= now)
            throw Unusable("Token_Expired", facts.ExpiresOn.ToLocalTime().ToString("g", CultureInfo.CurrentCulture));
        var resource = CloudEndpoints.Of(request.SignIn.Environment).GraphEndpoint.GetLeftPart(UriPartial.Authority);
        if (facts.Audience is { } audience && !IsGraph(audience, resource))
            throw Unusable("Token_OtherAudience", audience, resource);
    }

    // The resource is written as an address or as the id of Graph's application (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
    private bool IsGraph(string audience, string resource)
    {
        return Is(ApplicationRegistration.GraphClientId) || Is(resource)
            || (request.SignIn.GraphEndpoint is { } endpoint && Is(endpoint.GetLeftPart(UriPartial.Authority)));

        bool Is(string other) => string.Equals(audience.TrimEnd('/'), other, StringComparison.OrdinalIgnoreCase);
    }

    private static ConnectorException Unusable(string reason, params string[] arguments) => new(ErrorId.AdminTokenUnusable, new Message(reason, arguments).Render());
}
