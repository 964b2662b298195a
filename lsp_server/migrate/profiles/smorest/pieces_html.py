"""The HTML that shows flask-smorest's document with Redoc, Swagger UI or RapiDoc."""

SMOREST_PAGES: dict[str, str] = {
    "redoc": """\
<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{ title }}</title>
  </head>
  <body style="margin: 0; padding: 0">
    <redoc spec-url="{{ spec_url }}" lazy-rendering></redoc>
    <script src="{{ redoc_url }}"></script>
  </body>
</html>
""",
    "swagger_ui": """\
<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <title>{{ title }}</title>
    <link rel="stylesheet" href="{{ swagger_ui_url }}swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui-container"></div>
    <script src="{{ swagger_ui_url }}swagger-ui-standalone-preset.js"></script>
    <script src="{{ swagger_ui_url }}swagger-ui-bundle.js"></script>
    <script>
      window.onload = () => {
        const own = { url: "{{ spec_url }}", dom_id: "#swagger-ui-container" };
        window.ui = SwaggerUIBundle({ ...own, ...{{ swagger_ui_config | tojson }} });
      };
    </script>
  </body>
</html>
""",
    "rapidoc": """\
<!DOCTYPE html>
<html>
  <head>
    <meta charset="utf-8">
    <title>{{ title }}</title>
    <script type="module" src="{{ rapidoc_url }}"></script>
  </head>
  <body>
    <rapi-doc spec-url="{{ spec_url }}"
      {%- for key, value in rapidoc_config.items() %} {{ key }}="{{ value }}"{% endfor %}>
    </rapi-doc>
  </body>
</html>
""",
}
