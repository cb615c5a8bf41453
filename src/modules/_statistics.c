/* _statistics: what module statistics wants fast. */
#include <Python.h>

#include <math.h>
#include "object/declare.h"

/* numerator(r) / denominator(r), both of degree 7, coefficients from the highest power down. */
static double
rational(const double top[8], const double bottom[8], double r)
{
    double a = top[0], b = bottom[0];
    for (int i = 1; i < 8; i++) {
        a = a * r + top[i];
        b = b * r + bottom[i];
    }
    return a / b;
}

FUNCTION(_statistics, _normal_dist_inv_cdf, "($module, p, mu, sigma, /)",
         "The x at which a normal distribution has the cumulative probability p.\n\n"
         "Wichura, Algorithm AS241, Applied Statistics 37 (1988): about 16 digits.")
static double
_statistics__normal_dist_inv_cdf(PyObject *module, double p, double mu, double sigma)
{
    static const double middle_top[] = {
        2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
        4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
        1.3314166789178437745e+2, 3.3871328727963666080e+0};
    static const double middle_bottom[] = {
        5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
        2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
        4.2313330701600911252e+1, 1.0};
    static const double near_top[] = {
        7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
        1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
        4.63033784615654529590e+0, 1.42343711074968357734e+0};
    static const double near_bottom[] = {
        1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
        1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
        2.05319162663775882187e+0, 1.0};
    static const double far_top[] = {
        2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
        2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
        5.46378491116411436990e+0, 6.65790464350110377720e+0};
    static const double far_bottom[] = {
        2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
        7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
        5.99832206555887937690e-1, 1.0};
    if (p <= 0.0 || p >= 1.0 || sigma <= 0.0) {
        PyErr_SetString(PyExc_ValueError, "inv_cdf undefined for these parameters");
        return -1.0;
    }
    double q = p - 0.5, x;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        /* The factor q belongs to the numerator: its rounding stays there. */
        double top = middle_top[0], bottom = middle_bottom[0];
        for (int i = 1; i < 8; i++) {
            top = top * r + middle_top[i];
            bottom = bottom * r + middle_bottom[i];
        }
        x = top * q / bottom;
        return mu + x * sigma;
    }
    double r = q <= 0.0 ? p : 1.0 - p;
    r = sqrt(-log(r));
    x = r <= 5.0 ? rational(near_top, near_bottom, r - 1.6) : rational(far_top, far_bottom, r - 5.0);
    if (q < 0.0) x = -x;
    return mu + x * sigma;
}

#include "gen/modules/_statistics.inc"

static PyModuleDef_Slot _statistics_slots[] = {{0, NULL}};

static WRITTEN struct PyModuleDef _statistics_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_statistics",
    .m_doc = PyDoc_STR("What module statistics wants fast."),
    .m_methods = _statistics_functions,
    .m_slots = _statistics_slots,
};

PyMODINIT_FUNC
PyInit__statistics(void)
{
    return PyModuleDef_Init(&_statistics_module);
}
